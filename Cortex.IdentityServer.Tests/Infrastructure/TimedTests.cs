namespace Cortex.IdentityServer.Tests.Infrastructure;

/// <summary>Runs tests that measure a promised time without parallel tests, which would slow down the processes that they start.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class TimedTests
{
    public const string Name = "Timed";
}
