using System.Diagnostics;
using System.Globalization;
using Cortex.IdentityServer.Foundation.Data.Embedded;

namespace Cortex.IdentityServer.Tests.Faults;

/// <summary>
/// Sends signals to the processes of a PostgreSQL, which it finds by their working directory. It only works on Linux, because it uses <c>/proc</c>.
/// </summary>
internal static class PostgresProcesses
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Signals the postmaster first, so that it can't start another process in the meantime.</summary>
    public static async Task SignalAsync(string signal, string data)
    {
        var postmaster = Postmaster.FindRunning(data)!.Pid;
        await SendAsync(signal, [postmaster]);
        await SendAsync(signal, [.. FindIds(data).Where(pid => pid != postmaster)]);
    }

    private static List<int> FindIds(string data) =>
        [.. Directory.EnumerateDirectories("/proc")
            .Where(process => int.TryParse(Path.GetFileName(process), NumberStyles.None, CultureInfo.InvariantCulture, out _) && RunsIn(data, process))
            .Select(process => int.Parse(Path.GetFileName(process), CultureInfo.InvariantCulture))];

    private static bool RunsIn(string data, string process)
    {
        try
        {
            return Directory.ResolveLinkTarget(Path.Combine(process, "cwd"), returnFinalTarget: false)?.FullName == data;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static async Task SendAsync(string signal, IReadOnlyList<int> processes)
    {
        if (processes.Count > 0)
        {
            using var kill =
                Process.Start(
                    new ProcessStartInfo(
                        "kill", [$"-{signal}", .. processes.Select(pid => pid.ToString(CultureInfo.InvariantCulture))])
                    { RedirectStandardError = true })!;
            await kill.WaitForExitAsync(Cancel);
        }
    }
}
