using Cortex.Polar.Api;
using Cortex.Polar.Http;
using Cortex.Polar.Pages;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;

namespace Cortex.Polar;

/// <summary>
/// A stub of Polar on a loopback port: the API that the server uses, the pages of checkouts and of the customer portal, and signed webhooks. All of its
/// state is in memory. It speaks as Polar does, except for the faults that a test asks for.
/// </summary>
public sealed class PolarStub : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly PolarOrganization _organization;
    private readonly PolarServer _server;

    private PolarStub(WebApplication app, PolarStubOptions options, PolarOrganization organization, PolarFaults faults, PolarServer server) =>
        (_app, Options, _organization, Faults, _server) = (app, options, organization, faults, server);

    public PolarStubOptions Options { get; }

    /// <summary>The value for <c>POLAR_API_URL</c>, with a final slash.</summary>
    public Uri Url => _organization.Url;

    /// <summary>Misbehavior on demand.</summary>
    public PolarFaults Faults { get; }

    /// <summary>The usage events that have arrived.</summary>
    public PolarUsage Usage => _organization.Usage;

    /// <summary>Webhooks: built, signed, and delivered.</summary>
    public PolarWebhooks Webhooks => _organization.Webhooks;

    /// <summary>All requests to the API, oldest first. The pages aren't included.</summary>
    public IReadOnlyList<PolarRequest> Requests => _server.Requests;

    public IReadOnlyList<PolarCustomer> Customers => _organization.Customers;

    public IReadOnlyList<PolarSubscription> Subscriptions => _organization.Subscriptions;

    public IReadOnlyList<PolarOrder> Orders => _organization.Orders;

    public IReadOnlyList<PolarCheckout> Checkouts => _organization.Checkouts;

    /// <summary>Starts a stub that listens when the task completes.</summary>
    public static async Task<PolarStub> StartAsync(PolarStubOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new();
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(options.Address, options.Port);
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 10 * 1024 * 1024;
        });
        var app = builder.Build();
        var organization = new PolarOrganization(options);
        var (routes, faults) = (new PolarRoutes(), new PolarFaults());
        new CheckoutApi(options, organization).Map(routes);
        new CustomerApi(options, organization).Map(routes);
        new EventApi(options, organization).Map(routes);
        new MeterApi(organization).Map(routes);
        new WebhookApi(options, organization).Map(routes);
        new CheckoutPage(organization).Map(routes);
        new PortalPage(organization).Map(routes);
        var server = new PolarServer(options, organization, faults, routes);
        app.Run(server.AnswerAsync);
        await app.StartAsync(cancellationToken);
        organization.Url = new(app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single());
        return new(app, options, organization, faults, server);
    }

    /// <summary>Adds a customer and sends the webhooks about it.</summary>
    public PolarCustomer AddCustomer(string? externalId, string email, bool isTeam = false) => _organization.AddCustomer(externalId, email, isTeam);

    /// <summary>The customer of an external id. It fails if there is none or more than one.</summary>
    public PolarCustomer Customer(string externalId) => _organization.FindByExternalId(externalId).Single();

    /// <summary>Adds a checkout, as the API does.</summary>
    public PolarCheckout AddCheckout(string productId, string? externalCustomerId, string? email, string? successUrl = null) => _organization.AddCheckout(
        new(_organization, [_organization.Product(productId)], externalCustomerId, email, successUrl, null, [])
        {
            Customer = externalCustomerId is not null && _organization.FindByExternalId(externalCustomerId) is [var known, ..] ? known : null,
        });

    /// <summary>The checkout that a URL opens.</summary>
    public PolarCheckout Checkout(Uri url) => Checkouts.Single(checkout => checkout.Url == url);

    /// <summary>The requests to a path.</summary>
    public IReadOnlyList<PolarRequest> RequestsTo(string path) => [.. Requests.Where(request => request.Path == path)];

    /// <summary>Clears <see cref="Requests"/>.</summary>
    public void ForgetRequests() => _server.ForgetRequests();

    /// <summary>Waits until the process is told to stop.</summary>
    public Task WaitForShutdownAsync(CancellationToken cancellationToken) => _app.WaitForShutdownAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await Webhooks.DisposeAsync();

        // Requests that wait for an answer for ever don't hold it up.
        using var now = new CancellationTokenSource(TimeSpan.Zero);
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }
}
