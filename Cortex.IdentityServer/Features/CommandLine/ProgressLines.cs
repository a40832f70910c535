namespace Cortex.IdentityServer.Features.CommandLine;

/// <summary>Writes a line of text every 10,000 items or 5 seconds, for output that is redirected.</summary>
internal sealed class ProgressLines(TimeProvider clock) : IProgressDisplay
{
    private const long CountInterval = 10_000;

    private static readonly TimeSpan TimeInterval = TimeSpan.FromSeconds(5);

    private long _written;
    private long _writtenAt = clock.GetTimestamp();

    public Task<T> ShowAsync<T>(string what, Func<Action<OperationProgress>, Task<T>> work) => work(Report);

    public void WriteError(string line) => Console.Error.WriteLine(line);

    private void Report(OperationProgress progress)
    {
        if (progress.Count / CountInterval == _written / CountInterval && clock.GetElapsedTime(_writtenAt) < TimeInterval)
        {
            return;
        }

        (_written, _writtenAt) = (progress.Count, clock.GetTimestamp());
        Console.Out.WriteLine(progress.Text);
    }
}
