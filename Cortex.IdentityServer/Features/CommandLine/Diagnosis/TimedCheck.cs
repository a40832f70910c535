using System.Globalization;
using Cortex.IdentityServer.Foundation.Data;

namespace Cortex.IdentityServer.Features.CommandLine.Diagnosis;

/// <summary>Runs a check with a timeout, which also ends the wait for a check that doesn't react to being canceled.</summary>
internal static class TimedCheck
{
    /// <summary>On a busy machine, comparing the schema with the migrations alone takes some seconds.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    /// <summary>How long a canceled check may take to describe what it was waiting for.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    public static Task<CheckLines> RunAsync(string name, Action<CheckLines, CancellationToken> check, CancellationToken stop) => RunAsync(
        name,
        (lines, timeout) =>
        {
            check(lines, timeout);
            return Task.CompletedTask;
        },
        stop);

    public static async Task<CheckLines> RunAsync(string name, Func<CheckLines, CancellationToken, Task> check, CancellationToken stop)
    {
        var lines = new CheckLines();
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(stop);
        timeout.CancelAfter(Timeout);
        var token = timeout.Token;
        try
        {
            await Task.Run(() => check(lines, token), stop).WaitAsync(Timeout + Grace, stop);
        }
        catch (Exception failure) when (!stop.IsCancellationRequested)
        {
            lines.Fail(name, Explain(failure));
        }

        lines.Close();
        return lines;
    }

    /// <summary>The messages of unknown exceptions may quote a setting, so only their type is shown.</summary>
    private static string Explain(Exception failure) => failure is OperationCanceledException or TimeoutException
        ? string.Create(CultureInfo.InvariantCulture, $"There was no answer within {Timeout.TotalSeconds} seconds")
        : DatabaseErrorLine.Of(failure) ?? $"The check could not be made ({failure.GetType().Name}). Correct the other findings first";
}
