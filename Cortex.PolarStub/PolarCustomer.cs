using System.Text.Json.Nodes;

namespace Cortex.Polar;

/// <summary>A customer of the organization.</summary>
public sealed class PolarCustomer
{
    private readonly PolarOrganization _organization;

    internal PolarCustomer(PolarOrganization organization, string? externalId, string email, bool isTeam)
    {
        _organization = organization;
        (ExternalId, Email, IsTeam, CreatedAt) = (externalId, email, isTeam, organization.Now);
    }

    public Guid Id { get; } = Guid.NewGuid();

    /// <summary>The id of the customer in the system that sells, such as a user id; null for a customer who came in another way.</summary>
    public string? ExternalId { get; private set; }

    /// <summary>The external id of a customer that was deleted.</summary>
    public string? FormerExternalId { get; private set; }

    public string Email { get; private set; }

    /// <summary>Whether several people use it.</summary>
    public bool IsTeam { get; }

    public DateTimeOffset CreatedAt { get; }

    public DateTimeOffset? ModifiedAt { get; private set; }

    public DateTimeOffset? DeletedAt { get; private set; }

    /// <summary>All subscriptions, including those that have ended.</summary>
    public IReadOnlyList<PolarSubscription> Subscriptions => _organization.SubscriptionsOf(this);

    internal List<PolarSubscription> All { get; } = [];

    /// <summary>Creates an active subscription, paid with a working card, and returns it. Its webhooks are in <see cref="PolarWebhooks.Events"/>.</summary>
    public PolarSubscription Subscribe(string productId) => _organization.Change(() => _organization.Subscribe(this, productId, null, out _));

    /// <summary>Creates a subscription in any state and sends no webhooks.</summary>
    public PolarSubscription AddSubscription(string productId, string status = PolarStatus.Incomplete) =>
        _organization.Change(() => _organization.AddSubscription(this, productId, status, null));

    /// <summary>Changes the email, or sets the external id of a customer without one. Polar never changes an external id.</summary>
    /// <returns>The webhooks that Polar sends, in order, as for all changes below.</returns>
    public IReadOnlyList<PolarWebhook> Update(string? email = null, string? externalId = null) => _organization.Change(() =>
    {
        if (ExternalId is not null && externalId is not null && externalId != ExternalId)
        {
            throw new InvalidOperationException("Customer external ID cannot be updated.");
        }

        (Email, ExternalId, ModifiedAt) = (email ?? Email, externalId ?? ExternalId, _organization.Now);
        return _organization.Webhooks.Emit([("customer.updated", this), ("customer.state_changed", this)]);
    });

    /// <summary>Deletes the customer. All of the customer's subscriptions end, and the external id moves to the metadata, as at Polar.</summary>
    public IReadOnlyList<PolarWebhook> Delete() => _organization.Change(() =>
    {
        var revoked = Subscriptions.Where(subscription => !subscription.HasEnded).SelectMany(subscription => subscription.Revoke()).ToList();
        (DeletedAt, ModifiedAt) = (_organization.Now, _organization.Now);
        (FormerExternalId, ExternalId) = (ExternalId, null);
        return (IReadOnlyList<PolarWebhook>)[.. revoked, .. _organization.Webhooks.Emit([("customer.deleted", this), ("customer.state_changed", this)])];
    });

    /// <summary>Says what the customer's state is now, as Polar does when a meter moves although no subscription has changed.</summary>
    public IReadOnlyList<PolarWebhook> ReportState() => _organization.Change(() => _organization.Webhooks.Emit([("customer.state_changed", this)]));

    /// <summary>The customer as the API and webhooks show it.</summary>
    public JsonObject ToJson() => Shapes.CustomerShape.Of(this, _organization);

    /// <summary>The customer with its active subscriptions, benefits, and meters.</summary>
    public JsonObject StateToJson() => Shapes.CustomerShape.StateOf(this, _organization);
}
