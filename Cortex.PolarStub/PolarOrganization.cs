using System.Collections.Concurrent;

namespace Cortex.Polar;

/// <summary>Everything that the organization has at Polar. All changes take turns, so that its webhooks have one order.</summary>
internal sealed class PolarOrganization
{
    private readonly Lock _lock = new();
    private readonly PolarStubOptions _options;
    private readonly List<PolarCustomer> _customers = [];
    private readonly List<PolarSubscription> _subscriptions = [];
    private readonly List<PolarOrder> _orders = [];
    private readonly List<PolarCheckout> _checkouts = [];
    private readonly ConcurrentDictionary<string, PolarSession> _sessions = new(StringComparer.Ordinal);
    private DateTimeOffset _now;

    public PolarOrganization(PolarStubOptions options)
    {
        _options = options;
        Usage = new(this);
        Webhooks = new(options, this);
    }

    public static Guid Id { get; } = new("5c1f0a52-5a6e-4f0c-9d5b-0d0c6f3f0000");

    /// <summary>Where the stub listens, once it does.</summary>
    public Uri Url { get; set; } = new("http://127.0.0.1/");

    public PolarUsage Usage { get; }

    public PolarWebhooks Webhooks { get; }

    public IReadOnlyList<PolarProduct> Products => _options.Products;

    public IReadOnlyList<PolarMeter> Meters => _options.Meters;

    /// <summary>
    /// The current time, later at each call: Polar's clock moves between two events, and a test's clock stands still.
    /// </summary>
    public DateTimeOffset Now
    {
        get
        {
            lock (_lock)
            {
                var now = PolarTime.Truncate(_options.Clock.GetUtcNow());
                return _now = now > _now ? now : _now.AddMicroseconds(1);
            }
        }
    }

    public IReadOnlyList<PolarCustomer> Customers => Change(() => _customers.ToList());

    public IReadOnlyList<PolarSubscription> Subscriptions => Change(() => _subscriptions.ToList());

    public IReadOnlyList<PolarOrder> Orders => Change(() => _orders.ToList());

    public IReadOnlyList<PolarCheckout> Checkouts => Change(() => _checkouts.ToList());

    /// <summary>Runs a change or reads a consistent state.</summary>
    public T Change<T>(Func<T> change)
    {
        lock (_lock)
        {
            return change();
        }
    }

    public PolarProduct Product(string id) =>
        FindProduct(id) ?? throw new ArgumentException($"There is no product {id}. PolarStubOptions.Products lists the products.", nameof(id));

    public PolarProduct? FindProduct(string id) => Products.FirstOrDefault(product => string.Equals(product.Id, id, StringComparison.OrdinalIgnoreCase));

    public PolarCustomer? FindByEmail(string email) => Customers.FirstOrDefault(
        customer => customer.DeletedAt is null && string.Equals(customer.Email, email, StringComparison.OrdinalIgnoreCase));

    /// <summary>The customers of an external id: none, one, or several, in which case Polar doesn't know which is meant.</summary>
    public IReadOnlyList<PolarCustomer> FindByExternalId(string externalId) =>
        [.. Customers.Where(customer => customer.DeletedAt is null && customer.ExternalId == externalId)];

    public IReadOnlyList<PolarSubscription> SubscriptionsOf(PolarCustomer customer) =>
        Change(() => customer.All.ToList());

    public PolarCustomer AddCustomer(string? externalId, string email, bool isTeam) => Change(() =>
    {
        var customer = new PolarCustomer(this, externalId, email, isTeam);
        _customers.Add(customer);
        Webhooks.Emit([("customer.created", customer), ("customer.state_changed", customer)]);
        return customer;
    });

    public PolarSubscription AddSubscription(PolarCustomer customer, string productId, string status, PolarCheckout? checkout) => Change(() =>
    {
        var subscription = new PolarSubscription(this, customer, Product(productId), status, checkout?.Id)
        {
            Metadata = checkout?.Metadata ?? [],
        };
        _subscriptions.Add(subscription);
        customer.All.Add(subscription);
        return subscription;
    });

    public PolarSubscription Subscribe(PolarCustomer customer, string productId, PolarCheckout? checkout, out IReadOnlyList<PolarWebhook> webhooks)
    {
        lock (_lock)
        {
            var subscription = AddSubscription(customer, productId, PolarStatus.Active, checkout);
            var created = Webhooks.Emit(
                [("subscription.created", subscription), ("subscription.updated", subscription), ("subscription.active", subscription)]);
            var order = AddOrder(subscription, "subscription_create");
            webhooks = [.. created, .. order.Webhooks, .. Webhooks.Emit([("customer.state_changed", customer)])];
            return subscription;
        }
    }

    public PolarOrder AddOrder(PolarSubscription subscription, string billingReason) => Change(() =>
    {
        var order = new PolarOrder(this, subscription, billingReason, _orders.Count + 1);
        _orders.Add(order);
        order.Webhooks = Webhooks.Emit([("order.created", order), ("order.updated", order), ("order.paid", order)]);
        return order;
    });

    public PolarCheckout AddCheckout(PolarCheckout checkout) => Change(() =>
    {
        _checkouts.Add(checkout);
        Webhooks.Emit([("checkout.created", checkout)]);
        return checkout;
    });

    /// <summary>Opens a session in which a customer can use the portal.</summary>
    public PolarSession AddSession(PolarCustomer customer, string? returnUrl)
    {
        var session = new PolarSession(Guid.NewGuid(), $"polar_cst_{Guid.NewGuid():N}", customer, returnUrl, Now);
        return _sessions[session.Token] = session;
    }

    public PolarSession? FindSession(string token) => _sessions.TryGetValue(token, out var session) && Now < session.ExpiresAt ? session : null;
}
