using System.Text.Json;
using System.Text.Json.Nodes;
using Cortex.Polar.Http;

namespace Cortex.Polar.Api;

/// <summary>Checkouts.</summary>
internal sealed class CheckoutApi(PolarStubOptions options, PolarOrganization organization)
{
    public void Map(PolarRoutes routes)
    {
        routes.Add("POST", "/v1/checkouts/", Create);
        routes.Add("GET", "/v1/checkouts/", call => call.Page(organization.Checkouts.Reverse().ToList(), checkout => checkout.ToJson()));
        routes.Add("GET", "/v1/checkouts/{id}", call =>
            organization.Checkouts.FirstOrDefault(checkout => checkout.Id == call.Id) is { } found
                ? PolarAnswer.Json(200, found.ToJson())
                : PolarAnswer.NotFound());
    }

    private PolarAnswer Create(PolarCall call)
    {
        if (call.ReadBody(out var refusal) is not { } body)
        {
            return refusal;
        }

        var form = new FormReader(body, "CheckoutProductsCreate");
        var ids = Products(body, form);
        var externalId = form.Text("external_customer_id", "customer_external_id");
        var customerId = form.Id("customer_id");
        var email = form.Email("customer_email", options.UndeliverableDomains);
        var successUrl = form.Url("success_url");
        var returnUrl = form.Url("return_url");
        var metadata = form.Metadata("metadata");
        if (form.Problems.Count > 0)
        {
            return PolarAnswer.Invalid(form.Problems, isForm: true);
        }

        var unknown = ids.Index().Where(id => organization.FindProduct(id.Item) is null)
            .Select(id => new PolarProblem("value_error", ["body", "products", id.Index], "Product does not exist.", id.Item)).ToList();
        var customer = customerId is { } known
            ? organization.Customers.FirstOrDefault(found => found.Id == known && found.DeletedAt is null)
            : externalId is null ? null : organization.FindByExternalId(externalId) is [var first, ..] ? first : null;
        if (customerId is not null && customer is null)
        {
            unknown.Add(new("value_error", ["body", "customer_id"], "Customer does not exist.", customerId.ToString()));
        }

        if (unknown.Count > 0)
        {
            return PolarAnswer.Invalid(unknown, isForm: false);
        }

        var checkout = organization.AddCheckout(
            new(organization, [.. ids.Select(organization.Product)], externalId, email, successUrl, returnUrl, metadata) { Customer = customer });
        return PolarAnswer.Json(201, checkout.ToJson());
    }

    private static List<string> Products(JsonObject body, FormReader form)
    {
        if (!body.TryGetPropertyValue("products", out var node))
        {
            form.Add("missing", "Field required", body, "products");
            return [];
        }

        if (node is not JsonArray products)
        {
            form.Add("list_type", "Input should be a valid list", node, "products");
            return [];
        }

        if (products.Count == 0)
        {
            form.Add("too_short", "List should have at least 1 item after validation, not 0", node, "products");
        }

        var ids = new List<string>();
        foreach (var (index, product) in products.Index())
        {
            if (product?.GetValueKind() == JsonValueKind.String)
            {
                ids.Add(product.GetValue<string>());
            }
            else
            {
                form.Add("uuid_type", "UUID input should be a string, bytes or UUID object", product, "products", index);
            }
        }

        return ids;
    }
}
