namespace Cortex.IdentityServer.Features.CommandLine;

/// <summary>Shows the operator the progress of a long-running operation.</summary>
internal interface IProgressDisplay
{
    /// <summary>A progress bar on a terminal; lines of text if standard output is redirected.</summary>
    static IProgressDisplay Choose() =>
        (Console.IsOutputRedirected ? null : ProgressBars.TryCreate()) ?? (IProgressDisplay)new ProgressLines(TimeProvider.System);

    /// <summary>Runs the operation and shows the progress that it reports.</summary>
    Task<T> ShowAsync<T>(string what, Func<Action<OperationProgress>, Task<T>> work);

    /// <summary>Writes a line to standard error; it may be called while progress is shown.</summary>
    void WriteError(string line);
}
