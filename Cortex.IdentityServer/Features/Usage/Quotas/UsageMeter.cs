using System.Diagnostics;
using Cortex.IdentityServer.Features.Usage.Ledger;
using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.ApiKeys;
using Cortex.IdentityServer.Identity.Authentication;
using Npgsql;

namespace Cortex.IdentityServer.Features.Usage.Quotas;

/// <summary>
/// Records requests with an API key to metered routes, refuses those beyond a hard quota, and shows every caller with a quota what is left of it.
/// </summary>
internal sealed class UsageMeter(QuotaRules rules, QuotaGate gate, UsageWriter writer, TimeProvider clock) : IRefusalHeaders
{
    public const string RemainingHeader = "X-Quota-Remaining";
    public const string AllowedHeader = "X-Quota-Allowed";

    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var (name, refusal) = context.GetEndpoint()?.Metadata.GetMetadata<Metered>()?.NameOf(context) ?? default;
        if (refusal is not null)
        {
            return refusal.ToProblem().ExecuteAsync(context);
        }

        if (context.User is not KnownCaller { Credential: KnownApiKey key })
        {
            return next(context);
        }

        var quota = rules.OfKey(key);
        return name is not null ? MeterAsync(context, key, quota, name, next)
            : quota is not null ? ShowAndServeAsync(context, quota, next)
            : next(context);
    }

    public Task AddAsync(HttpContext context) =>
        context.User is KnownCaller { Credential: KnownApiKey key } && rules.OfKey(key) is { } quota ? ShowAsync(context, quota) : Task.CompletedTask;

    private async Task MeterAsync(HttpContext context, KnownApiKey key, AppliedQuota? quota, string endpoint, RequestDelegate next)
    {
        var (now, started) = (clock.GetUtcNow(), Stopwatch.GetTimestamp());
        QuotaState? state = null;
        if (quota is not null)
        {
            state = await TakeAsync(context, quota, now);
            if (state is { IsAllowed: false })
            {
                await Exceeded(state, now).ToProblem().ExecuteAsync(context);
                return;
            }
        }

        try
        {
            await next(context);
        }
        catch (Exception) when (state is not null)
        {
            KeepHeaders(context);
            await gate.ReturnAsync(quota!, state);
            throw;
        }

        writer.Meter(new()
        {
            Id = UsageIds.Create(now),
            UserId = key.UserId,
            ApiKeyId = key.Id,
            Endpoint = endpoint,
            StatusCode = context.Response.StatusCode,
            ResponseTimeMs = (int)Math.Min(Stopwatch.GetElapsedTime(started).TotalMilliseconds, int.MaxValue),
            CreatedAt = now,
            CountedIn = state?.Period,
            IsCountedForUser = state is not null && quota!.User.IsLimited,
            IsCountedForKey = state is not null && quota!.Key is not null,
        });
    }

    /// <summary>Counts the request; null if that takes too long and the quota only warns.</summary>
    private async Task<QuotaState?> TakeAsync(HttpContext context, AppliedQuota quota, DateTimeOffset now)
    {
        try
        {
            var state = await gate.TakeAsync(quota, now, context.RequestAborted);
            Show(context, state);
            return state;
        }
        catch (Exception failure) when (!quota.IsHard && !context.RequestAborted.IsCancellationRequested && IsUnavailable(failure))
        {
            return null;
        }
    }

    private async Task ShowAndServeAsync(HttpContext context, AppliedQuota quota, RequestDelegate next)
    {
        await ShowAsync(context, quota);
        try
        {
            await next(context);
        }
        catch
        {
            KeepHeaders(context);
            throw;
        }
    }

    private async Task ShowAsync(HttpContext context, AppliedQuota quota)
    {
        try
        {
            Show(context, await gate.PeekAsync(quota, context.RequestAborted));
        }
        catch (Exception failure) when (IsUnavailable(failure))
        {
            // The header isn't worth failing a request that the database isn't needed for.
        }
    }

    private static bool IsUnavailable(Exception failure) =>
        failure is OperationCanceledException or NpgsqlException || DatabaseFailure.In(failure) is not null;

    private static void Show(HttpContext context, QuotaState state)
    {
        context.Response.Headers[RemainingHeader] = state.Left.ToString();
        context.Response.Headers[AllowedHeader] = state.IsAllowed ? "true" : "false";
    }

    private static void KeepHeaders(HttpContext context) => KeptHeaders.Keep(context, RemainingHeader, AllowedHeader);

    private static Refusal Exceeded(QuotaState state, DateTimeOffset now) => Problems.QuotaExceeded with
    {
        Detail = $"The quota for the period until {state.Period.To.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'} is used up ({state.Left} left).",
        RetryAfter = Math.Max(1, (int)Math.Ceiling((state.Period.To - now).TotalSeconds)),
    };
}
