// A test project with a command of its own: `dotnet run` puts the test platform's options before the words of the caller,
// so the word is looked for, not expected first.
using FastFence.Model.Reports;

int report = Array.IndexOf(args, "report");
return report >= 0
    ? ReportCommand.Run([.. args.Skip(report + 1).Where(word => !word.StartsWith('-'))])
    : await Xunit.MicrosoftTestingPlatform.TestPlatformTestFramework.RunAsync(args, FastFence.Model.SelfRegisteredExtensions.AddSelfRegisteredExtensions);
