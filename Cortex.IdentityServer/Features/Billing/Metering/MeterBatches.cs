using System.Globalization;
using Cortex.IdentityServer.Features.Billing.Polar;
using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Features.Billing.Metering;

/// <summary>
/// Sends a batch of events to Polar. Polar takes all of a batch or nothing: the events that it refuses are left out, and the rest is sent at once.
/// </summary>
internal sealed partial class MeterBatches(
    PolarClient polar, MeterOutbox outbox, MeterMetrics metrics, BillingOptions options, ILogger<MeterBatches> logger)
{
    /// <summary>
    /// The maximum number of events that are parked while Polar accepts no others. If it refuses everything, the cause isn't in the events, and parking
    /// all of them would be a lot of work for an administrator.
    /// </summary>
    private const int MaxParkedAlone = 10;

    /// <summary>The maximum length of the explanation that is kept with a parked event.</summary>
    private const int MaxErrorLength = 500;

    /// <summary>Sends the events, which aren't empty.</summary>
    public async Task<MeterDelivery> SendAsync(IReadOnlyList<MeterEvent> events, CancellationToken cancellationToken)
    {
        var result = new Progress();
        var parts = new Stack<IReadOnlyList<MeterEvent>>([events]);
        var interruption = default(MeterDelivery);
        while (interruption is null && parts.TryPop(out var part))
        {
            switch (await polar.IngestAsync([.. part.Select(item => item.ToPolar(options.UsageEvent!))], cancellationToken))
            {
                case PolarAnswer<PolarIngested>.Ok(var ingested):
                    await AcceptAsync(part, ingested, result);
                    break;
                case PolarAnswer<PolarIngested>.Refused refused:
                    interruption = !Divide(part, refused, parts, result) && result.HasOnlyRefusals ? new MeterDelivery.Blocked() : null;
                    break;
                case PolarAnswer<PolarIngested>.Unavailable { Reason: PolarFailure.Unauthorized or PolarFailure.Forbidden or PolarFailure.Redirected }:
                    interruption = new MeterDelivery.Blocked();
                    break;
                case PolarAnswer<PolarIngested>.Unavailable(_, var retryAfter):
                    interruption = new MeterDelivery.Later(retryAfter);
                    break;
                default:
                    interruption = new MeterDelivery.Blocked();
                    break;
            }
        }

        var parked = await ParkAsync(result);
        if (interruption is MeterDelivery.Blocked && result.HasOnlyRefusals)
        {
            Log.AllRefused(logger, result.Refusals.Count, parked);
        }

        if (result.Inserted + result.Duplicates > 0)
        {
            Log.Accepted(logger, result.Inserted, result.Duplicates);
        }

        return interruption ?? new MeterDelivery.Done();
    }

    private async Task AcceptAsync(IReadOnlyList<MeterEvent> part, PolarIngested ingested, Progress result)
    {
        await outbox.AcceptAsync(part);
        metrics.CountAccepted(ingested.Inserted, ingested.Duplicates);
        result.Inserted += ingested.Inserted;
        result.Duplicates += ingested.Duplicates;
        if (ingested.Inserted + ingested.Duplicates != part.Count)
        {
            Log.Unequal(logger, part.Count, ingested.Inserted, ingested.Duplicates);
        }
    }

    /// <summary>
    /// Leaves out the events that Polar names. If it names none, the part is halved until a single event is left, which is the one that is refused. Returns
    /// false if nothing of the part is left to send.
    /// </summary>
    private static bool Divide(
        IReadOnlyList<MeterEvent> part, PolarAnswer<PolarIngested>.Refused refused, Stack<IReadOnlyList<MeterEvent>> parts, Progress result)
    {
        var named = refused.Errors
            .Where(error => IndexOf(error) is { } index && index < part.Count)
            .GroupBy(error => IndexOf(error)!.Value)
            .ToDictionary(errors => errors.Key, errors => string.Join("; ", errors.Select(TextOf)));
        if (named.Count > 0)
        {
            result.Refusals.AddRange(named.OrderBy(error => error.Key).Select(error => Refusal(part[error.Key], refused, error.Value)));
            if (named.Count < part.Count)
            {
                parts.Push([.. part.Where((_, index) => !named.ContainsKey(index))]);
            }

            return named.Count < part.Count;
        }

        if (part.Count == 1)
        {
            result.Refusals.Add(Refusal(part[0], refused, string.Join("; ", refused.Errors.Select(TextOf))));
            return false;
        }

        // The stack returns the first half first.
        var half = part.Count / 2;
        parts.Push([.. part.Skip(half)]);
        parts.Push([.. part.Take(half)]);
        return true;
    }

    /// <summary>Returns the number of events that were parked.</summary>
    private async Task<int> ParkAsync(Progress result)
    {
        var parked = result.HasOnlyRefusals
            ? [.. result.Refusals.Take(MaxParkedAlone - await outbox.CountParkedAsync(MaxParkedAlone))]
            : result.Refusals;
        if (parked.Count == 0)
        {
            return 0;
        }

        await outbox.ParkAsync(parked);
        metrics.CountRefused(parked.Count);
        foreach (var (item, error) in parked)
        {
            Log.Parked(logger, item.ExternalId, item.UserId, error);
        }

        return parked.Count;
    }

    private static MeterRefusal Refusal(MeterEvent item, PolarAnswer<PolarIngested>.Refused refused, string text) =>
        new(item, PrintableText.Of(string.Create(CultureInfo.InvariantCulture, $"{refused.Status} {refused.Reason}: {text}"), MaxErrorLength));

    /// <summary>Reads the index of the event that an error is about from a location such as <c>body</c>, <c>events</c>, <c>3</c>, <c>name</c>.</summary>
    private static int? IndexOf(PolarError error) =>
        error.Location is ["body", "events", var text, ..] && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? index : null;

    private static string TextOf(PolarError error) =>
        string.Join(": ", new[] { string.Join('.', error.Location.Skip(3)), error.Message }.Where(part => part.Length > 0));

    /// <summary>What has become of the parts of a batch so far.</summary>
    private sealed class Progress
    {
        public long Inserted { get; set; }

        public long Duplicates { get; set; }

        public long Accepted => Inserted + Duplicates;

        public List<MeterRefusal> Refusals { get; } = [];

        /// <summary>Whether Polar seems to refuse whatever is sent.</summary>
        public bool HasOnlyRefusals => Accepted == 0 && Refusals.Count > MaxParkedAlone;
    }

    private static partial class Log
    {
        [LoggerMessage(4410, LogLevel.Information, "Polar inserted {Inserted} usage event(s) and already had {Duplicates}")]
        public static partial void Accepted(ILogger logger, long inserted, long duplicates);

        [LoggerMessage(4411, LogLevel.Warning, "Polar was sent {Sent} usage event(s), but says that it inserted {Inserted} and already had {Duplicates}")]
        public static partial void Unequal(ILogger logger, int sent, long inserted, long duplicates);

        [LoggerMessage(
            4412,
            LogLevel.Error,
            "Polar refuses the usage event {ExternalId} of user {UserId}, so it is parked until an administrator sends it again: {Error}")]
        public static partial void Parked(ILogger logger, string externalId, Guid userId, string error);

        [LoggerMessage(
            4413,
            LogLevel.Error,
            "Polar refuses {Count} usage events and accepts no others, so {Parked} of them are parked and the others are sent again later. Check "
                + "POLAR_USAGE_EVENT and the organization at Polar")]
        public static partial void AllRefused(ILogger logger, int count, int parked);
    }
}
