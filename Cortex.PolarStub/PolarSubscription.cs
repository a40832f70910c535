using System.Text.Json.Nodes;

namespace Cortex.Polar;

/// <summary>
/// A subscription. Each change returns the webhooks that Polar sends for it, in Polar's order, and sends them if the stub has a target for webhooks.
/// </summary>
public sealed class PolarSubscription
{
    private readonly PolarOrganization _organization;

    internal PolarSubscription(PolarOrganization organization, PolarCustomer customer, PolarProduct product, string status, Guid? checkoutId)
    {
        _organization = organization;
        (Customer, Product, Status, CheckoutId, CreatedAt) = (customer, product, status, checkoutId, organization.Now);
        (CurrentPeriodStart, CurrentPeriodEnd) = (CreatedAt, CreatedAt.AddMonths(1));
        StartedAt = status is PolarStatus.Incomplete or PolarStatus.IncompleteExpired ? null : CreatedAt;
        PastDueAt = status == PolarStatus.PastDue ? CreatedAt : null;
        PausedAt = status == PolarStatus.Paused ? CreatedAt : null;
        if (status is PolarStatus.Canceled or PolarStatus.Unpaid)
        {
            (CanceledAt, EndsAt, EndedAt) = (CreatedAt, CreatedAt, CreatedAt);
        }
    }

    public Guid Id { get; } = Guid.NewGuid();

    public PolarCustomer Customer { get; }

    public PolarProduct Product { get; private set; }

    public string Status { get; private set; }

    public Guid? CheckoutId { get; }

    /// <summary>A copy of the checkout's metadata.</summary>
    public JsonObject Metadata { get; init; } = [];

    public DateTimeOffset CreatedAt { get; }

    public DateTimeOffset? ModifiedAt { get; private set; }

    public DateTimeOffset CurrentPeriodStart { get; private set; }

    public DateTimeOffset CurrentPeriodEnd { get; private set; }

    public bool CancelAtPeriodEnd { get; private set; }

    public DateTimeOffset? CanceledAt { get; private set; }

    public DateTimeOffset? StartedAt { get; private set; }

    public DateTimeOffset? EndsAt { get; private set; }

    public DateTimeOffset? EndedAt { get; private set; }

    public DateTimeOffset? PastDueAt { get; private set; }

    public DateTimeOffset? PausedAt { get; private set; }

    public DateTimeOffset? ResumesAt { get; private set; }

    public bool HasEnded => EndedAt is not null;

    /// <summary>The first payment succeeded.</summary>
    public IReadOnlyList<PolarWebhook> Activate() => Change(
        () =>
        {
            (Status, PastDueAt) = (PolarStatus.Active, null);
            StartedAt ??= _organization.Now;
        },
        "subscription.active");

    /// <summary>A payment failed. Polar tries again for up to 21 days, and the subscription isn't listed in the customer's state meanwhile.</summary>
    public IReadOnlyList<PolarWebhook> FailPayment() => Change(
        () =>
        {
            Status = PolarStatus.PastDue;
            PastDueAt ??= _organization.Now;
        },
        "subscription.past_due");

    /// <summary>A failed payment succeeded after all.</summary>
    public IReadOnlyList<PolarWebhook> Recover() => Activate();

    /// <summary>The customer cancels. The subscription stays active until the end of its period.</summary>
    public IReadOnlyList<PolarWebhook> CancelAtEndOfPeriod() => Change(
        () => (CancelAtPeriodEnd, CanceledAt, EndsAt) = (true, _organization.Now, CurrentPeriodEnd), "subscription.canceled");

    /// <summary>The customer takes the cancellation back.</summary>
    public IReadOnlyList<PolarWebhook> Uncancel() => Change(
        () => (CancelAtPeriodEnd, CanceledAt, EndsAt) = (false, null, null), "subscription.uncanceled");

    /// <summary>The subscription ends now.</summary>
    public IReadOnlyList<PolarWebhook> Revoke() => Change(
        () =>
        {
            var now = _organization.Now;
            (Status, CanceledAt, EndsAt, EndedAt) = (PolarStatus.Canceled, CanceledAt ?? now, now, now);
        },
        "subscription.canceled", "subscription.revoked");

    /// <summary>Payment has failed for good, and the organization marks such subscriptions as unpaid.</summary>
    public IReadOnlyList<PolarWebhook> GiveUp() => Change(() => (Status, EndedAt) = (PolarStatus.Unpaid, _organization.Now), "subscription.revoked");

    /// <summary>The subscription is paused.</summary>
    public IReadOnlyList<PolarWebhook> Pause(DateTimeOffset? resumesAt = null) => Change(
        () => (Status, PausedAt, ResumesAt) = (PolarStatus.Paused, _organization.Now, resumesAt), "subscription.paused");

    /// <summary>The subscription goes on, with a new period.</summary>
    public IReadOnlyList<PolarWebhook> Resume() => Change(
        () =>
        {
            (Status, PausedAt, ResumesAt) = (PolarStatus.Active, null, null);
            (CurrentPeriodStart, CurrentPeriodEnd) = (_organization.Now, _organization.Now.AddMonths(1));
        },
        "subscription.resumed");

    /// <summary>The customer changes to another product at once.</summary>
    public IReadOnlyList<PolarWebhook> ChangeProduct(string productId) => Change(() => Product = _organization.Product(productId));

    /// <summary>The period ends: the subscription is renewed and paid, or ends if it was canceled.</summary>
    public IReadOnlyList<PolarWebhook> Cycle() => _organization.Change(() => CancelAtPeriodEnd ? Revoke() : Renew());

    /// <summary>The subscription as the API and webhooks show it.</summary>
    public JsonObject ToJson() => Shapes.SubscriptionShape.Of(this, _organization);

    private IReadOnlyList<PolarWebhook> Renew()
    {
        var renewed = Change(
            () =>
            {
                (CurrentPeriodStart, CurrentPeriodEnd) = (CurrentPeriodEnd, CurrentPeriodEnd.AddMonths(1));
                Status = PolarStatus.Active;
            },
            "subscription.cycled");
        return [.. renewed, .. _organization.AddOrder(this, "subscription_cycle").Webhooks];
    }

    private IReadOnlyList<PolarWebhook> Change(Action change, params string[] types) => _organization.Change(() =>
    {
        change();
        ModifiedAt = _organization.Now;
        return _organization.Webhooks.Emit(
            [("subscription.updated", this), .. types.Select(type => (type, (object)this)), ("customer.state_changed", Customer)]);
    });
}
