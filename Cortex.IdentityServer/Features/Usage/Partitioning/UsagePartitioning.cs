using Cortex.IdentityServer.Foundation.Data;
using Npgsql;

namespace Cortex.IdentityServer.Features.Usage.Partitioning;

/// <summary>
/// Replaces <c>usage_logs</c> by a partitioned table with the same rows and definition, while other programs read and write it. A run that was interrupted is
/// continued by the next one: its state is in the database (decision 0024).
/// </summary>
internal sealed class UsagePartitioning(NpgsqlDataSource database, LockTimeouts timeouts)
{
    /// <summary>The copy takes the table's place when fewer changes than this are waiting, because writers wait until they have been applied.</summary>
    private const int FewChanges = 1_000;

    /// <summary>The number of batches that may leave more changes than the one before. Then the writers are as fast as the copying, and have to wait.</summary>
    private const int MaxSetbacks = 3;

    private const string Waiting = "SELECT count(*) FROM usage_logs_copy_changes";

    private const string Summary = "SELECT copied, (SELECT count(*) FROM pg_inherits WHERE inhparent = to_regclass('usage_logs')) FROM usage_logs_copy_state";

    private readonly PartitionSession _session = new(database, timeouts);

    public async Task<PartitionResult> RunAsync(Action<PartitionProgress> report, CancellationToken cancellationToken)
    {
        var stage = await _session.RunAsync(connection => PartitionChecks.ReadStageAsync(connection, cancellationToken), cancellationToken);
        if (stage == PartitionStage.Done)
        {
            return new PartitionResult.AlreadyDone();
        }

        if (stage != PartitionStage.Swapped && await ReplaceAsync(stage, report, cancellationToken) is { } problem)
        {
            return problem;
        }

        var done = await _session.RunAsync(connection => ReadSummaryAsync(connection, cancellationToken), cancellationToken);
        return await LockedAsync(connection => PartitionSession.RunAsync(connection, PartitionSwap.DropReplaced, cancellationToken), cancellationToken)
            ? done
            : new PartitionResult.Blocked();
    }

    /// <summary>Removes an unfinished copy. Returns false if there is none, and null if the locks weren't available.</summary>
    public async Task<bool?> CancelAsync(CancellationToken cancellationToken)
    {
        var stage = await _session.RunAsync(connection => PartitionChecks.ReadStageAsync(connection, cancellationToken), cancellationToken);
        return stage != PartitionStage.Copying ? false : await RemoveAsync(cancellationToken) ? true : null;
    }

    /// <summary>Returns null when the copy has taken the table's place.</summary>
    private async Task<PartitionResult?> ReplaceAsync(PartitionStage stage, Action<PartitionProgress> report, CancellationToken cancellationToken)
    {
        var isNew = stage == PartitionStage.New;
        var reasons = await _session.RunAsync(connection => PartitionChecks.ReadReasonsAsync(connection, isNew, cancellationToken), cancellationToken);
        if (reasons.Count > 0)
        {
            return new PartitionResult.Refused(reasons);
        }

        if (isNew)
        {
            var months = await _session.RunAsync(connection => PartitionSetup.ReadMonthsAsync(connection, cancellationToken), cancellationToken);
            if (!await LockedAsync(connection => PartitionSetup.CreateAsync(connection, months, cancellationToken), cancellationToken))
            {
                return new PartitionResult.Blocked();
            }
        }

        try
        {
            return await IsOutdatedAsync(cancellationToken) ? await StartOverAsync(cancellationToken) : await CopyAndSwapAsync(report, cancellationToken);
        }
        catch (PostgresException)
        {
            // A batch fails if, for example, a column was renamed, or if another run has finished or removed the copy.
            switch (await _session.RunAsync(connection => PartitionChecks.ReadStageAsync(connection, cancellationToken), cancellationToken))
            {
                case PartitionStage.New:
                    return new PartitionResult.Outdated();
                case PartitionStage.Copying when await IsOutdatedAsync(cancellationToken):
                    return await StartOverAsync(cancellationToken);
                case PartitionStage.Swapped or PartitionStage.Done:
                    return new PartitionResult.AlreadyDone();
                default:
                    throw;
            }
        }
    }

    private async Task<PartitionResult?> CopyAndSwapAsync(Action<PartitionProgress> report, CancellationToken cancellationToken)
    {
        await CopyAsync(report, cancellationToken);

        // Otherwise the first queries would read a table that the planner knows nothing about.
        await _session.RunAloneAsync($"VACUUM (ANALYZE) {await CopyNameAsync(cancellationToken)}", cancellationToken);
        await CopyAsync(report, cancellationToken);
        PartitionResult? problem = null;
        var isSwapped = await _session.TryLockedAsync(
            async connection => problem = await PartitionSwap.RunAsync(connection, cancellationToken),
            () => CopyAsync(report, cancellationToken),
            cancellationToken);
        return !isSwapped ? new PartitionResult.Blocked() : problem is PartitionResult.Outdated ? await StartOverAsync(cancellationToken) : problem;
    }

    private async Task<PartitionResult> StartOverAsync(CancellationToken cancellationToken) =>
        await RemoveAsync(cancellationToken) ? new PartitionResult.Outdated() : new PartitionResult.Blocked();

    private Task<bool> IsOutdatedAsync(CancellationToken cancellationToken) =>
        _session.RunAsync(connection => PartitionChecks.IsOutdatedAsync(connection, cancellationToken), cancellationToken);

    /// <summary>Copies what hasn't been copied yet, and applies changes until only few are left.</summary>
    private async Task CopyAsync(Action<PartitionProgress> report, CancellationToken cancellationToken)
    {
        var (setbacks, before) = (0, long.MaxValue);
        while (setbacks < MaxSetbacks)
        {
            var copied = await _session.RunAsync(connection => PartitionCopy.CopyAsync(connection, cancellationToken), cancellationToken);
            await _session.RunAsync(connection => PartitionCopy.ApplyChangesAsync(connection, cancellationToken), cancellationToken);
            if (copied is { } progress)
            {
                report(progress);
                continue;
            }

            var waiting = await _session.RunAsync(connection => PartitionSession.ReadAsync<long>(connection, Waiting, cancellationToken), cancellationToken);
            if (waiting < FewChanges)
            {
                return;
            }

            setbacks += waiting >= before ? 1 : 0;
            before = waiting;
        }
    }

    private Task<bool> RemoveAsync(CancellationToken cancellationToken) =>
        LockedAsync(connection => PartitionSession.RunAsync(connection, PartitionSetup.Remove, cancellationToken), cancellationToken);

    private Task<bool> LockedAsync(Func<NpgsqlConnection, Task> work, CancellationToken cancellationToken) =>
        _session.TryLockedAsync(work, () => Task.CompletedTask, cancellationToken);

    private Task<string> CopyNameAsync(CancellationToken cancellationToken) => _session.RunAsync(
        connection => PartitionSession.ReadAsync<string>(
            connection, "SELECT format('%I.usage_logs_copy', current_schema())", cancellationToken),
        cancellationToken);

    private static async Task<PartitionResult.Done> ReadSummaryAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Summary, connection);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return new(row.GetInt64(0), row.GetInt64(1));
    }
}
