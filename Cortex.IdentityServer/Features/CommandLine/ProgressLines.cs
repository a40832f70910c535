namespace Cortex.IdentityServer.Features.CommandLine;

/// <summary>Writes a line of text every 10,000 items or 5 seconds, for output that is redirected.</summary>
internal sealed class ProgressLines(TimeProvider clock) : IProgressDisplay
{
    private const long CountStep = 10_000;

    private static readonly TimeSpan TimeStep = TimeSpan.FromSeconds(5);

    private long _written;
    private long _writtenAt = clock.GetTimestamp();

    public Task<T> ShowAsync<T>(string what, Func<Action<WorkProgress>, Task<T>> work) => work(Report);

    public void WriteError(string line) => Console.Error.WriteLine(line);

    private void Report(WorkProgress progress)
    {
        if (progress.Count / CountStep == _written / CountStep && clock.GetElapsedTime(_writtenAt) < TimeStep)
        {
            return;
        }

        (_written, _writtenAt) = (progress.Count, clock.GetTimestamp());
        Console.Out.WriteLine(progress.Text);
    }
}
