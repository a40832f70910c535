namespace Cortex.IdentityServer.Features.Billing.Webhooks;

/// <summary>A stored event that is due.</summary>
/// <param name="Id">The id of the event here.</param>
/// <param name="PolarEventId">Polar's id of the event.</param>
/// <param name="Data">The body of the webhook; empty for an event that was stored without one.</param>
/// <param name="CreatedAt">When the event arrived; null for events that the Python server stored without a time.</param>
/// <param name="Attempts">How often it was tried.</param>
/// <param name="UserId">The user whom the event is about; null if that isn't decided yet.</param>
internal sealed record QueuedEvent(Guid Id, string PolarEventId, string Data, DateTimeOffset? CreatedAt, int Attempts, Guid? UserId)
{
    /// <summary>Keeps customers' data out of logs.</summary>
    public override string ToString() => $"{nameof(QueuedEvent)} {Id}";
}
