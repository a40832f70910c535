namespace Cortex.IdentityServer.Features.Billing.Webhooks;

/// <summary>A customer of Polar, as an event names it.</summary>
/// <param name="Id">Polar's id of the customer; null if the event leaves it out.</param>
/// <param name="ExternalId">
/// The id of the user: the one who bought what the event is about, else the one whom the customer was created for; null if neither happened by this server.
/// </param>
/// <param name="Email">The customer's email address, which Polar hasn't necessarily verified.</param>
internal sealed record PolarCustomer(string? Id, string? ExternalId, string? Email)
{
    /// <summary>
    /// The id that the customer was created with, which can be another user's: if somebody pays with the email address of an existing customer, Polar adds the
    /// subscription to that customer.
    /// </summary>
    public string? OwnExternalId { get; init; }

    /// <summary>Keeps personal data out of logs.</summary>
    public override string ToString() => nameof(PolarCustomer);
}
