namespace Cortex.IdentityServer.CommandLine;

/// <summary>How far long work is.</summary>
/// <param name="Count">What is done, in whatever the work counts.</param>
/// <param name="Share">From 0 to 1; null where nobody knows how much there is.</param>
/// <param name="Text">For a person.</param>
internal readonly record struct WorkProgress(long Count, double? Share, string Text);

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
