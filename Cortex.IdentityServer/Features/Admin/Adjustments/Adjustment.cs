using System.Globalization;
using Cortex.IdentityServer.Features.Admin.Users;
using Cortex.IdentityServer.Features.Usage.Ledger;
using Cortex.IdentityServer.Features.Usage.Reports;
using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Audit;
using Cortex.IdentityServer.Identity.Users;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Cortex.IdentityServer.Features.Admin.Adjustments;

/// <summary>
/// Corrects a user's usage by an event of its own, because rows of the ledger never change. It has neither a key nor a status, and counts as one request.
/// </summary>
internal sealed class Adjustment(StaffChanges changes, CortexDbContext db, TimeProvider clock)
{
    private const string Endpoint = "adjustment";

    private const string InsertSql = $"""
        INSERT INTO usage_logs (id, user_id, endpoint, tokens_used, cost_usd, created_at) VALUES (@id, @user, '{Endpoint}', @tokens, @cost, @now)
        """;

    /// <returns>The event, or the refusal.</returns>
    public async Task<(UsageEventResponse? Event, Refusal? Refusal)> TryAddAsync(
        Guid userId, AdjustmentRequest request, StaffMember staff, CancellationToken cancellationToken)
    {
        _ = MicroDollars.TryParse(request.CostUsd, out var micros);
        var (tokens, cost) = (request.TokensUsed ?? 0, MicroDollars.ToDecimal(micros));
        if (tokens == 0 && micros == 0)
        {
            const string Message = "must not be zero if the other number is zero, too";
            return (null, Refusal.Invalid(new Dictionary<string, string[]> { ["tokens_used"] = [Message], ["cost_usd"] = [Message] }));
        }

        UsageEventResponse? added = null;
        var refusal = await changes.RunAsync(
            new(AuditAction.UsageAdjusted, userId, staff, Role.Admin),
            async (change, _) =>
            {
                var now = clock.GetUtcNow();
                added = new(
                    Guid.CreateVersion7(now), ApiKeyId: null, Endpoint, tokens, cost, Provider: null, ResponseTimeMs: null, StatusCode: null,
                    ErrorMessage: null, now);
                await InsertAsync(userId, added, now, cancellationToken);
                await change.RecordAsync(
                    AuditAction.UsageAdjusted, ("event_id", added.Id.ToString()), ("tokens_used", tokens.ToString(CultureInfo.InvariantCulture)),
                    ("cost_usd", cost.ToString(CultureInfo.InvariantCulture)), ("reason", request.Reason));
                return null;
            },
            cancellationToken);
        return refusal is null ? (added, null) : (null, refusal);
    }

    private Task<int> InsertAsync(
        Guid userId, UsageEventResponse added, DateTimeOffset now, CancellationToken cancellationToken) => db.Database.ExecuteSqlRawAsync(
        InsertSql,
        [
            new NpgsqlParameter<Guid>("id", added.Id),
            new NpgsqlParameter<Guid>("user", userId),
            new NpgsqlParameter<int>("tokens", added.TokensUsed!.Value),
            new NpgsqlParameter<decimal>("cost", added.CostUsd!.Value),
            new NpgsqlParameter<DateTimeOffset>("now", now),
        ],
        cancellationToken);
}
