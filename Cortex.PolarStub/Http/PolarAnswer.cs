using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Cortex.Polar.Http;

/// <summary>An answer of the API or one of the pages.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Body">The exact bytes of the body.</param>
/// <param name="ContentType">The body's type; null without one.</param>
internal sealed record PolarAnswer(int Status, byte[] Body, string? ContentType)
{
    private static readonly JsonSerializerOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Further headers.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    public static PolarAnswer Json(int status, JsonNode? body) =>
        new(status, Encoding.UTF8.GetBytes(body?.ToJsonString(Compact) ?? "null"), "application/json");

    public static PolarAnswer Html(int status, string page) => new(status, Encoding.UTF8.GetBytes(page), "text/html; charset=utf-8")
    {
        Headers = new Dictionary<string, string> { ["Cache-Control"] = "no-store", ["Referrer-Policy"] = "no-referrer" },
    };

    public static PolarAnswer Empty(int status) => new(status, [], null);

    public static PolarAnswer RedirectTo(int status, string location) =>
        Empty(status) with { Headers = new Dictionary<string, string> { ["Location"] = location } };

    /// <summary>What the framework answers to a path, version, or method that doesn't exist.</summary>
    public static PolarAnswer Framework(int status, string detail) => Json(status, new JsonObject { ["detail"] = detail });

    /// <summary>One of Polar's own errors.</summary>
    public static PolarAnswer Error(int status, string error, string detail) =>
        Json(status, new JsonObject { ["error"] = error, ["detail"] = detail });

    public static PolarAnswer NotFound() => Error(404, "ResourceNotFound", "Not found");

    /// <summary>422 with what is wrong. The framework finds the form of a request wrong, Polar's own code its meaning.</summary>
    public static PolarAnswer Invalid(IEnumerable<PolarProblem> problems, bool isForm) => Json(422, new JsonObject
    {
        ["error"] = isForm ? "RequestValidationError" : "PolarRequestValidationError",
        ["detail"] = new JsonArray([.. problems.Select(problem => (JsonNode)problem.ToJson())]),
    });
}
