using System.Threading.Channels;
using Cortex.IdentityServer.Features.Admin.Users;
using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Audit;

namespace Cortex.IdentityServer.Features.Admin.Import;

/// <summary>
/// Creates accounts from lines of JSON (<see cref="ImportedUser"/>), in batches, while it reads ahead. Existing accounts are left unchanged, so that an import
/// can be repeated.
/// </summary>
internal sealed partial class UserImporter(ImportRules rules, ImportStatement statement, AuditLog audit, TimeProvider clock, ILogger<UserImporter> logger)
{
    /// <summary>The maximum number of lines per request; empty lines don't count.</summary>
    public const int MaxLines = 100_000;

    /// <summary>The maximum length of a request body, in bytes.</summary>
    public const long MaxBodyLength = 128 * 1024 * 1024;

    private const int BatchSize = 500;
    private const int RetryAfterSeconds = 5;

    /// <summary>How long the first line of a batch waits for more lines, so that slow uploads still get their results promptly.</summary>
    private static readonly TimeSpan BatchTimeout = TimeSpan.FromMilliseconds(250);

    private static Refusal Unreachable => Problems.ServiceUnavailable with { RetryAfter = RetryAfterSeconds };

    private static Refusal TooMany =>
          Problems.PayloadTooLarge with { Detail = $"An import can have at most {MaxLines} lines. Send the rest as another import." };

    private static Refusal TooLarge =>
        Problems.PayloadTooLarge with { Detail = $"An import can have at most {MaxBodyLength / (1024 * 1024)} MiB. Send the rest as another import." };

    private static Refusal Broken => Problems.MalformedRequest with { Detail = "The body arrived too slowly, or ended too early." };

    /// <param name="lines">One JSON object per line, in UTF-8; read while accounts are created.</param>
    /// <param name="staff">The administrator who imports; the import stops when they lose the authorization. Null for the operator.</param>
    /// <param name="report">Called with every result, in the order of the lines; it must not block.</param>
    /// <param name="maxLines">The maximum number of lines; empty lines don't count.</param>
    /// <param name="cancellationToken">Stops the import between two batches. Accounts that were reported are kept.</param>
    /// <exception cref="OperationCanceledException">The import was canceled; the audit log records that.</exception>
    /// <exception cref="IOException">The lines can't be read; the audit log records that.</exception>
    public async Task<ImportResult> RunAsync(Stream lines, StaffMember? staff, Action<ImportReport> report, int maxLines, CancellationToken cancellationToken)
    {
        var run = new ImportRun(staff, report);
        ImportResult? result = null;
        try
        {
            result = await ImportAsync(run, lines, maxLines, cancellationToken);
        }
        catch (BadHttpRequestException failure)
        {
            result = run.Abort(failure.StatusCode == StatusCodes.Status413PayloadTooLarge ? TooLarge : Broken);
        }
        finally
        {
            result = await RecordAsync(run, result);
        }

        return result!;
    }

    private async Task<ImportResult> ImportAsync(ImportRun run, Stream lines, int maxLines, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var ahead = Channel.CreateBounded<ImportLine>(new BoundedChannelOptions(2 * BatchSize) { SingleReader = true, SingleWriter = true });
        var reading = Task.Run(() => ReadAheadAsync(lines, ahead.Writer, maxLines, stop.Token), CancellationToken.None);
        try
        {
            while (await NextBatchAsync(ahead.Reader, cancellationToken) is { Count: > 0 } batch)
            {
                try
                {
                    switch (await statement.RunAsync([.. batch.OfType<ImportLine.Valid>().Select(line => line.Row)], run.Staff))
                    {
                        case BatchResult.Refused refused:
                            return run.Abort(refused.Refusal, batch[0].Number);
                        case BatchResult.Created created:
                            run.ReportBatch(batch, created.Ids);
                            break;
                    }
                }
                catch (Exception failure) when (DatabaseFailure.In(failure) is { } cause)
                {
                    Log.Unreachable(logger, cause.GetType().Name, run.Counts.Created);
                    return run.Abort(Unreachable, batch[0].Number);
                }
            }

            return await reading is { } tooMany ? run.Abort(TooMany, tooMany) : new ImportResult.Complete(run.Counts);
        }
        finally
        {
            await stop.CancelAsync();
            await ((Task)reading).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Reads and validates lines while earlier ones are inserted. Returns the number of the first line beyond the maximum, if any.</summary>
    private async Task<int?> ReadAheadAsync(Stream lines, ChannelWriter<ImportLine> ahead, int maxLines, CancellationToken cancellationToken)
    {
        try
        {
            var count = 0;
            await foreach (var line in ImportLines.ReadAsync(lines, cancellationToken))
            {
                if (++count > maxLines)
                {
                    return line.Number;
                }

                await ahead.WriteAsync(rules.Read(line), cancellationToken);
            }

            return null;
        }
        finally
        {
            // Lines that were read before a failure are still imported.
            ahead.Complete();
        }
    }

    /// <summary>Collects the next batch; it is empty at the end of the input.</summary>
    private async Task<List<ImportLine>> NextBatchAsync(ChannelReader<ImportLine> ahead, CancellationToken cancellationToken)
    {
        var batch = new List<ImportLine>(BatchSize);
        if (!await ahead.WaitToReadAsync(cancellationToken))
        {
            return batch;
        }

        using var timeout = new CancellationTokenSource(BatchTimeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            do
            {
                while (batch.Count < BatchSize && ahead.TryRead(out var line))
                {
                    batch.Add(line);
                }
            }
            while (batch.Count < BatchSize && await ahead.WaitToReadAsync(either.Token));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
        }

        return batch;
    }

    /// <summary>
    /// Records one audit event for the whole import, even if it was interrupted. If the event can't be written, a complete import becomes one that was cut
    /// short.
    /// </summary>
    private async Task<ImportResult?> RecordAsync(ImportRun run, ImportResult? result)
    {
        var ended = result switch
        {
            ImportResult.Complete => "complete",
            ImportResult.Aborted aborted => aborted.Refusal.Code,
            _ => "interrupted",
        };
        Log.Ended(logger, ended, run.Counts.Lines, run.Counts.Created);
        try
        {
            var outcome = result is ImportResult.Complete ? AuditLog.Success : AuditLog.Failure;
            await audit.RecordAsync(
                AuditAction.UsersImported, outcome, run.Origin.Administrator, userId: null, run.Origin, run.Details(ended), CancellationToken.None);
            return result;
        }
        catch (Exception failure) when (DatabaseFailure.In(failure) is { } cause)
        {
            Log.Unreachable(logger, cause.GetType().Name, run.Counts.Created);
            return result is ImportResult.Complete ? run.Abort(Unreachable) : result;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(4700, LogLevel.Information, "An import ended ({Ended}): {Created} of {Lines} lines created an account")]
        public static partial void Ended(ILogger logger, string ended, int lines, int created);

        [LoggerMessage(4701, LogLevel.Warning, "An import could not reach PostgreSQL ({Failure}) after {Created} accounts")]
        public static partial void Unreachable(ILogger logger, string failure, int created);
    }
}
