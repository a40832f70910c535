namespace Cortex.Polar;

/// <summary>One attempt to deliver a webhook.</summary>
/// <param name="Id">The attempt's id.</param>
/// <param name="Webhook">What was delivered.</param>
/// <param name="CreatedAt">When it was attempted.</param>
/// <param name="HttpCode">The receiver's status; null if it didn't answer.</param>
/// <param name="Response">The start of the receiver's answer, or what went wrong.</param>
public sealed record PolarDelivery(Guid Id, PolarWebhook Webhook, DateTimeOffset CreatedAt, int? HttpCode, string? Response)
{
    public bool Succeeded => HttpCode is >= 200 and < 300;
}
