namespace Cortex.IdentityServer.Features.CommandLine;

/// <summary>Shows a person how far long work is.</summary>
internal interface IProgressDisplay
{
    /// <summary>A bar on a terminal, lines where standard output is anything else.</summary>
    static IProgressDisplay Choose() =>
        (Console.IsOutputRedirected ? null : ProgressBars.TryCreate()) ?? (IProgressDisplay)new ProgressLines(TimeProvider.System);

    /// <summary>Does the work, which reports how far it is.</summary>
    Task<T> ShowAsync<T>(string what, Func<Action<WorkProgress>, Task<T>> work);

    /// <summary>A line for standard error, also while work is shown.</summary>
    void WriteError(string line);
}
