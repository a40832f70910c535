using System.Text.Json;
using System.Text.Json.Nodes;

namespace Cortex.Polar.Http;

/// <summary>A request with the values from its path.</summary>
/// <param name="Request">The request.</param>
/// <param name="Values">The path's values by name, decoded.</param>
/// <param name="Query">The query.</param>
internal sealed record PolarCall(PolarRequest Request, IReadOnlyDictionary<string, string> Values, IQueryCollection Query)
{
    private const int DefaultLimit = 10;
    private const int MaxLimit = 100;

    /// <summary>A value from the path that is a UUID; null if it isn't one.</summary>
    public Guid? Id => Guid.TryParse(Values["id"], out var id) ? id : null;

    /// <summary>The values of a query parameter, each of which matches; null if there are none.</summary>
    public IReadOnlySet<string>? Filter(string name) =>
        Query.TryGetValue(name, out var values) ? values.OfType<string>().ToHashSet(StringComparer.OrdinalIgnoreCase) : null;

    /// <summary>Reads the body, which must be a JSON object.</summary>
    public JsonObject? ReadBody(out PolarAnswer refusal)
    {
        refusal = PolarAnswer.Invalid([new("missing", ["body"], "Field required", null)], isForm: true);
        if (Request.Body.Length == 0)
        {
            return null;
        }

        try
        {
            var isJson = Request.Headers.GetValueOrDefault("content-type")?.StartsWith("application/json", StringComparison.OrdinalIgnoreCase) == true;
            if (isJson && JsonNode.Parse(Request.Body) is JsonObject body)
            {
                return body;
            }

            refusal = PolarAnswer.Invalid(
                [new("model_attributes_type", ["body"], "Input should be a valid dictionary or object to extract fields from", Request.Body)], isForm: true);
        }
        catch (JsonException exception)
        {
            refusal = PolarAnswer.Invalid(
                [new("json_invalid", ["body", (int)(exception.BytePositionInLine ?? 0)], "JSON decode error", new JsonObject())], isForm: true);
        }

        return null;
    }

    /// <summary>A page of a list.</summary>
    public PolarAnswer Page<T>(IReadOnlyList<T> all, Func<T, JsonNode> show)
    {
        var (page, limit) = (Number("page", 1), Number("limit", DefaultLimit));
        if (page is not >= 1 || limit is not >= 1)
        {
            var name = page is not >= 1 ? "page" : "limit";
            return PolarAnswer.Invalid([new("greater_than", ["query", name], "Input should be greater than 0", Query[name].ToString())], isForm: true);
        }

        var size = Math.Min(limit.Value, MaxLimit);
        return PolarAnswer.Json(200, new JsonObject
        {
            ["items"] = new JsonArray([.. all.Skip((page.Value - 1) * size).Take(size).Select(show)]),
            ["pagination"] = new JsonObject { ["total_count"] = all.Count, ["max_page"] = (all.Count + size - 1) / size },
        });
    }

    private int? Number(string name, int otherwise) =>
        !Query.TryGetValue(name, out var text) ? otherwise : int.TryParse(text, out var number) ? number : null;
}
