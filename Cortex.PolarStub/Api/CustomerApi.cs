using System.Text.Json.Nodes;
using Cortex.Polar.Http;

namespace Cortex.Polar.Api;

/// <summary>Customers, their states and sessions, and their subscriptions, orders, and products.</summary>
internal sealed class CustomerApi(PolarStubOptions options, PolarOrganization organization)
{
    private readonly Dictionary<Guid, (DateTimeOffset At, JsonObject State)> _states = [];

    public void Map(PolarRoutes routes)
    {
        routes.Add("GET", "/v1/customers/", List);
        routes.Add("GET", "/v1/customers/{id}", call => Show(FindById(call), customer => customer.ToJson()));
        routes.Add("GET", "/v1/customers/{id}/state", call => Show(FindById(call), State));
        routes.Add("GET", "/v1/customers/external/{external_id}", call => Show(FindByExternalId(call), customer => customer.ToJson()));
        routes.Add("GET", "/v1/customers/external/{external_id}/state", call => Show(FindByExternalId(call), State));
        routes.Add("POST", "/v1/customer-sessions/", CreateSession);
        routes.Add("GET", "/v1/subscriptions/", Subscriptions);
        routes.Add("GET", "/v1/subscriptions/{id}", call =>
            organization.Subscriptions.FirstOrDefault(subscription => subscription.Id == call.Id) is { } found
                ? PolarAnswer.Json(200, found.ToJson())
                : PolarAnswer.NotFound());
        routes.Add("DELETE", "/v1/subscriptions/{id}", Revoke);
        routes.Add("GET", "/v1/orders/", call => call.Page(organization.Orders.Reverse().ToList(), order => order.ToJson()));
        routes.Add("GET", "/v1/products/", call => call.Page(organization.Products, product => Shapes.ProductShape.Of(product)));
        routes.Add("GET", "/v1/products/{id}", call =>
            organization.FindProduct(call.Values["id"]) is { } product ? PolarAnswer.Json(200, Shapes.ProductShape.Of(product)) : PolarAnswer.NotFound());
    }

    private PolarAnswer List(PolarCall call)
    {
        var (email, externalIds) = (call.Filter("email"), call.Filter("external_id"));
        return call.Page(
            organization.Customers.Where(customer => customer.DeletedAt is null
                && email?.Contains(customer.Email) != false
                && externalIds?.Contains(customer.ExternalId ?? "") != false).Reverse().ToList(),
            customer => customer.ToJson());
    }

    private PolarAnswer Subscriptions(PolarCall call)
    {
        var (customers, externalIds, active) = (call.Filter("customer_id"), call.Filter("external_customer_id"), call.Filter("active"));
        return call.Page(
            organization.Subscriptions.Where(subscription => customers?.Contains(subscription.Customer.Id.ToString()) != false
                && externalIds?.Contains(subscription.Customer.ExternalId ?? "") != false
                && active?.Contains(PolarStatus.IsActive(subscription.Status) ? "true" : "false") != false).Reverse().ToList(),
            subscription => subscription.ToJson());
    }

    private PolarAnswer Revoke(PolarCall call) => organization.Change(() =>
    {
        switch (organization.Subscriptions.FirstOrDefault(subscription => subscription.Id == call.Id))
        {
            case null:
                return PolarAnswer.NotFound();
            case { HasEnded: true }:
                return PolarAnswer.Error(
                    403, "AlreadyCanceledSubscription", "This subscription is already canceled or will be at the end of the period.");
            case { } found:
                found.Revoke();
                return PolarAnswer.Json(200, found.ToJson());
        }
    });

    private PolarAnswer CreateSession(PolarCall call)
    {
        if (call.ReadBody(out var refusal) is not { } body)
        {
            return refusal;
        }

        var isById = body.ContainsKey("customer_id");
        var form = new FormReader(body, isById ? "CustomerSessionCustomerIDCreate" : "CustomerSessionCustomerExternalIDCreate");
        var id = form.Id("customer_id");
        var externalId = form.Text("external_customer_id", "customer_external_id");
        var returnUrl = form.Url("return_url");
        if (!isById && externalId is null && form.Problems.Count == 0)
        {
            form.Add("missing", "Field required", body, "external_customer_id");
        }

        if (form.Problems.Count > 0)
        {
            return PolarAnswer.Invalid(form.Problems, isForm: true);
        }

        var customers = isById ? [.. organization.Customers.Where(customer => customer.Id == id)] : organization.FindByExternalId(externalId!);
        switch (customers)
        {
            case []:
                var name = isById ? "customer_id" : "external_customer_id";
                return PolarAnswer.Invalid([new("value_error", ["body", name], "Customer does not exist.", body[name])], isForm: false);
            case [var customer] when customer.IsTeam:
                return PolarAnswer.Invalid([new("value_error", ["body", "member_id"], "member_id is required for team customers.", null)], isForm: false);
            case [var customer]:
                return PolarAnswer.Json(201, Show(organization.AddSession(customer, returnUrl)));
            default:
                return PolarAnswer.Error(
                    409,
                    "AmbiguousExternalCustomerID",
                    "Several customers across your organizations share this external customer ID. Use an organization-scoped token, the Polar "
                    + "customer ID, or a unique external ID to disambiguate.");
        }
    }

    private JsonObject Show(PolarSession session) => new()
    {
        ["created_at"] = PolarTime.Text(session.CreatedAt),
        ["modified_at"] = null,
        ["id"] = session.Id,
        ["token"] = session.Token,
        ["expires_at"] = PolarTime.Text(session.ExpiresAt),
        ["return_url"] = session.ReturnUrl,
        ["customer_portal_url"] = PortalUrl(session).AbsoluteUri,
        ["customer_id"] = session.Customer.Id,
        ["customer"] = session.Customer.ToJson(),
    };

    private Uri PortalUrl(PolarSession session) => new(
        organization.Url, $"portal?customer_session_token={session.Token}&email={Uri.EscapeDataString(session.Customer.Email)}");

    private PolarCustomer? FindById(PolarCall call) => organization.Customers.FirstOrDefault(customer => customer.Id == call.Id);

    private PolarCustomer? FindByExternalId(PolarCall call) =>
        organization.FindByExternalId(call.Values["external_id"]) is [var first, ..] ? first : null;

    private static PolarAnswer Show(PolarCustomer? customer, Func<PolarCustomer, JsonObject> show) =>
        customer is null ? PolarAnswer.NotFound() : PolarAnswer.Json(200, show(customer));

    /// <summary>The state as it was when it was last asked for, as long as that is cached.</summary>
    private JsonObject State(PolarCustomer customer) => organization.Change(() =>
    {
        var now = options.Clock.GetUtcNow();
        if (!_states.TryGetValue(customer.Id, out var cached) || now - cached.At >= options.StateCache)
        {
            _states[customer.Id] = cached = (now, customer.StateToJson());
        }

        return cached.State;
    });
}
