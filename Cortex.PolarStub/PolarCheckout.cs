using System.Text.Json.Nodes;

namespace Cortex.Polar;

/// <summary>A checkout: a page on which somebody buys a product.</summary>
public sealed class PolarCheckout
{
    private readonly PolarOrganization _organization;

    internal PolarCheckout(
        PolarOrganization organization, IReadOnlyList<PolarProduct> products, string? externalCustomerId, string? customerEmail, string? successUrl,
        string? returnUrl, JsonObject metadata)
    {
        _organization = organization;
        (Products, ExternalCustomerId, CustomerEmail, ReturnUrl, Metadata) = (products, externalCustomerId, customerEmail, returnUrl, metadata);
        (CreatedAt, ClientSecret) = (organization.Now, $"polar_c_{Guid.NewGuid():N}");
        SuccessUrl = successUrl?.Replace("{CHECKOUT_ID}", Id.ToString(), StringComparison.Ordinal) ?? $"{Url}/confirmation";
    }

    public Guid Id { get; } = Guid.NewGuid();

    /// <summary>What the page's URL ends in.</summary>
    public string ClientSecret { get; }

    public IReadOnlyList<PolarProduct> Products { get; }

    public string? ExternalCustomerId { get; }

    public string? CustomerEmail { get; private set; }

    /// <summary>Where the customer goes after a successful payment, with the checkout's id filled in.</summary>
    public string SuccessUrl { get; }

    public string? ReturnUrl { get; }

    public JsonObject Metadata { get; }

    /// <summary><c>open</c>, <c>expired</c>, or <c>succeeded</c>.</summary>
    public string Status { get; private set; } = "open";

    public DateTimeOffset CreatedAt { get; }

    public DateTimeOffset? ModifiedAt { get; private set; }

    public DateTimeOffset ExpiresAt => CreatedAt.AddDays(1);

    public PolarCustomer? Customer { get; internal set; }

    public PolarSubscription? Subscription { get; private set; }

    /// <summary>The page on which to pay.</summary>
    public Uri Url => new(_organization.Url, $"checkout/{ClientSecret}");

    internal bool IsOpen => Status == "open" && _organization.Now < ExpiresAt;

    /// <summary>Whether Polar hands the payer a session of the customer: not if the customer was only found by an email that nobody has verified.</summary>
    internal bool GivesSession { get; private set; }

    /// <summary>Pays with a working card: the customer, the subscription, and the order are created.</summary>
    /// <param name="email">The email that the customer enters; null for the one that the checkout was created with.</param>
    public IReadOnlyList<PolarWebhook> Pay(string? email = null) => _organization.Change(() =>
    {
        if (!IsOpen)
        {
            throw new InvalidOperationException($"The checkout is {Status}.");
        }

        CustomerEmail = email ?? Customer?.Email ?? CustomerEmail ?? throw new InvalidOperationException("A customer without an email can't pay.");
        var before = _organization.Webhooks.Count;
        GivesSession = Customer is not null;
        Customer ??= _organization.FindByEmail(CustomerEmail);
        if (Customer is null)
        {
            Customer = _organization.AddCustomer(ExternalCustomerId, CustomerEmail, isTeam: false);
            GivesSession = true;
        }

        Status = "succeeded";
        Subscription = _organization.Subscribe(Customer, Products[0].Id, this, out _);
        ModifiedAt = _organization.Now;
        _organization.Webhooks.Emit([("checkout.updated", this)]);
        return _organization.Webhooks.Since(before);
    });

    /// <summary>The checkout as the API and webhooks show it.</summary>
    public JsonObject ToJson() => Shapes.CheckoutShape.Of(this);
}
