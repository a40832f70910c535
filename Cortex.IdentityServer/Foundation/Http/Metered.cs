using Microsoft.OpenApi;

namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>Marks a route whose requests with an API key are recorded as usage, and count toward quotas.</summary>
/// <param name="OnRequest">Whether only requests with <c>meter=1</c> in the query are recorded, under the name in <c>endpoint</c> if there is one.</param>
internal sealed record Metered(bool OnRequest = false) : IDescribesOperation
{
    private const int MaxNameLength = 255;
    private const string Switch = "meter";
    private const string Name = "endpoint";

    private static readonly string[] Switches = ["0", "1"];

    /// <summary>Returns the name under which the request is recorded: null if it isn't, and a refusal if the query is invalid.</summary>
    public (string? Name, Refusal? Refusal) NameOf(HttpContext context)
    {
        if (!OnRequest)
        {
            return (TemplateOf(context), null);
        }

        if (!context.Request.QueryString.HasValue || !context.Request.Query.TryGetValue(Switch, out var wanted))
        {
            return (null, null);
        }

        var name = context.Request.Query.TryGetValue(Name, out var given) ? given.ToString() : TemplateOf(context);
        if (wanted == "1" && IsValid(name))
        {
            return (name, null);
        }

        var reader = new QueryReader();
        reader.ReadWord(Switch, wanted, Switches);
        if (!IsValid(name))
        {
            reader.AddError(Name, $"must be text of 1 to {MaxNameLength} characters without control characters");
        }

        return (null, reader.Refusal);
    }

    public void Describe(OpenApiOperation operation, OpenApiDocument document)
    {
        operation.AddHeader(
            "X-Quota-Remaining",
            "What is left of the quota of an API key or its owner, such as requests=770, tokens=51000, cost_usd=0.9. All responses to such a key have it.");
        operation.AddHeader(
            "X-Quota-Allowed", "Whether the quotas of an API key and its owner allow this request if it is metered, or otherwise one more: true or false.");
        if (OnRequest)
        {
            (operation.Parameters ??= []).Add(Parameter(
                Switch, "1 records the request as usage of the API key, and refuses it beyond a hard quota.", new() { Enum = ["0", "1"] }));
            operation.Parameters.Add(Parameter(
                Name, "The name under which the request is recorded; the route's template by default.", new() { MinLength = 1, MaxLength = MaxNameLength }));
        }
    }

    private static OpenApiParameter Parameter(string name, string description, OpenApiSchema schema)
    {
        schema.Type = JsonSchemaType.String;
        return new() { Name = name, In = ParameterLocation.Query, Description = description, Schema = schema };
    }

    /// <summary>Whether a name fits into the ledger, without C0 and C1 control characters.</summary>
    private static bool IsValid(string name) =>
        !string.IsNullOrWhiteSpace(name) && !name.AsSpan().ContainsAnyInRange('\0', '\u001F') && !name.AsSpan().ContainsAnyInRange('\u007F', '\u009F')
        && (name.Length <= MaxNameLength || name.EnumerateRunes().Count() <= MaxNameLength);

    private static string TemplateOf(HttpContext context) => ((RouteEndpoint)context.GetEndpoint()!).RoutePattern.RawText!;
}
