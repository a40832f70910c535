using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Cortex.IdentityServer.Features.Usage.Partitioning;

namespace Cortex.IdentityServer.Features.CommandLine;

/// <summary><c>usage partition</c> turns <c>usage_logs</c> into a table with a partition for each month.</summary>
internal static class UsageCommand
{
    public static Command Create(Server server)
    {
        var environment = CommonOptions.Environment();
        var cancel = new Option<bool>("--cancel") { Description = "Remove the copy that an interrupted run left, instead of continuing it" };
        var partition = new Command("partition", "Partitions usage_logs by month, while the server runs.") { cancel, environment };
        partition.SetAction((parsed, stop) => parsed.GetValue(cancel)
            ? server.RunCommandAsync(parsed.GetValue(environment), CancelAsync, stop)
            : server.RunCommandAsync(parsed.GetValue(environment), PartitionAsync, stop));
        return new("usage", "Maintains the ledger of usage.") { partition };
    }

    private static async Task<int> PartitionAsync(CommandContext work)
    {
        var partitioning = ActivatorUtilities.CreateInstance<UsagePartitioning>(work.Services);
        try
        {
            var result = await IProgressDisplay.Choose().ShowAsync(
                "Copying usage_logs",
                report => partitioning.RunAsync(
                    progress => report(new(progress.Rows, progress.Share, $"{Text(progress.Rows)} rows copied ({progress.Share:P0})")), work.Stop));
            return await ReportAsync(result);
        }
        catch (Exception failure) when (work.Stop.IsCancellationRequested && failure is not CommandFailedException)
        {
            await Console.Out.WriteLineAsync("Interrupted. Run the command again to continue, or with --cancel to remove the copy.");
            return ExitCode.Interrupted;
        }
    }

    private static async Task<int> ReportAsync(PartitionResult result)
    {
        switch (result)
        {
            case PartitionResult.Done done:
                await Console.Out.WriteLineAsync($"usage_logs has {Text(done.Partitions)} partitions now; {Text(done.Rows)} rows were copied.");
                return ExitCode.Done;
            case PartitionResult.AlreadyDone:
                await Console.Out.WriteLineAsync("Nothing to do: usage_logs is partitioned.");
                return ExitCode.Done;
            case PartitionResult.Refused refused:
                foreach (var reason in refused.Reasons)
                {
                    await Console.Error.WriteLineAsync(reason);
                }

                throw new CommandFailedException("usage_logs was not partitioned, for the reasons listed above.");
            case PartitionResult.Outdated:
                throw new CommandFailedException(
                    "The definition of usage_logs changed while it was being copied, or the copy was canceled. Run the command again to start over.");
            case PartitionResult.Blocked:
                throw new CommandFailedException(
                    "Other transactions kept usage_logs, users, or api_keys locked for minutes. Run the command again at a quiet time; it continues.");
            default:
                throw new UnreachableException();
        }
    }

    private static async Task<int> CancelAsync(CommandContext work)
    {
        await Console.Out.WriteLineAsync(await ActivatorUtilities.CreateInstance<UsagePartitioning>(work.Services).CancelAsync(work.Stop) switch
        {
            true => "Removed the copy of usage_logs.",
            false => "Nothing to do: there is no unfinished copy of usage_logs.",
            null => throw new CommandFailedException("Other transactions kept usage_logs, users, or api_keys locked for minutes. Run the command again."),
        });
        return ExitCode.Done;
    }

    private static string Text(long count) => count.ToString("N0", CultureInfo.InvariantCulture);
}
