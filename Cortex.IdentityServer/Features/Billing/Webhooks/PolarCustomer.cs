namespace Cortex.IdentityServer.Features.Billing.Webhooks;

/// <summary>A customer of Polar, as an event names it.</summary>
/// <param name="Id">Polar's id of the customer; null if the event leaves it out.</param>
/// <param name="ExternalId">The id of the user, given when the customer was created; null for a customer that wasn't created by this server.</param>
/// <param name="Email">The customer's email address, which Polar hasn't necessarily verified.</param>
internal sealed record PolarCustomer(string? Id, string? ExternalId, string? Email)
{
    /// <summary>Keeps personal data out of logs.</summary>
    public override string ToString() => nameof(PolarCustomer);
}
