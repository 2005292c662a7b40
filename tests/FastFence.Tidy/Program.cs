// A test project with a command of its own: `dotnet run` puts the test platform's options before the words of the caller,
// so the word is looked for, not expected first.
using FastFence.Tidy.Floors;

return args.Contains("floors")
    ? FloorsCommand.Run(write: args.Contains("--write"))
    : await Xunit.MicrosoftTestingPlatform.TestPlatformTestFramework.RunAsync(args, FastFence.Tidy.SelfRegisteredExtensions.AddSelfRegisteredExtensions);
