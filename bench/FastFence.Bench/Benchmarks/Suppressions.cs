using System.Diagnostics.CodeAnalysis;

[assembly: SuppressMessage(
    "Design",
    "CA1001:Types that own disposable fields should be disposable",
    Scope = "namespaceanddescendants",
    Target = "~N:FastFence.Bench.Benchmarks",
    Justification = "[GlobalCleanup] disposes them: BenchmarkDotNet owns the instances.")]
