using System.Net.Mail;
using System.Text.Json;
using System.Text.Json.Nodes;
using Cortex.Polar.Http;

namespace Cortex.Polar.Api;

/// <summary>Reads the fields of a body and collects what is wrong with them, as Polar's framework does.</summary>
/// <param name="body">The object that contains the fields.</param>
/// <param name="place">Where the object is, below <c>body</c>.</param>
internal sealed class FormReader(JsonObject body, params object[] place)
{
    private const int MaxKeys = 50;
    private const int MaxKeyLength = 40;
    private const int MaxTextLength = 500;

    public List<PolarProblem> Problems { get; } = [];

    public void Add(string type, string message, JsonNode? input, params object[] path) =>
        Problems.Add(new(type, ["body", .. place, .. path], message, input));

    /// <summary>Text under a name, or under an older name for the same; null if there is none.</summary>
    public string? Text(string name, string? olderName = null)
    {
        var used = olderName is not null && !body.ContainsKey(name) ? olderName : name;
        if (body[used] is not { } node)
        {
            return null;
        }

        if (node.GetValueKind() == JsonValueKind.String)
        {
            return node.GetValue<string>();
        }

        Add("string_type", "Input should be a valid string", node, used);
        return null;
    }

    public Guid? Id(string name)
    {
        if (Text(name) is not { } text)
        {
            return null;
        }

        if (Guid.TryParse(text, out var id))
        {
            return id;
        }

        Add("uuid_parsing", "Input should be a valid UUID", text, name);
        return null;
    }

    public string? Email(string name, IReadOnlySet<string> undeliverableDomains)
    {
        if (Text(name) is not { } text)
        {
            return null;
        }

        var domain = MailAddress.TryCreate(text, out var address) && address.Address == text ? address.Host : "";
        if (domain.Contains('.', StringComparison.Ordinal) && !undeliverableDomains.Contains(domain[(domain.LastIndexOf('.') + 1)..]))
        {
            return text;
        }

        Add("value_error", $"{text} is not a valid email address: The domain name {domain} does not accept email.", text, name);
        return null;
    }

    public string? Url(string name)
    {
        if (Text(name) is not { } text)
        {
            return null;
        }

        if (Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https")
        {
            return text;
        }

        Add("url_parsing", "Input should be a valid URL, relative URL without a base", text, name);
        return null;
    }

    /// <summary>Further values: text, numbers, and booleans.</summary>
    public JsonObject Metadata(string name)
    {
        if (body[name] is not { } node)
        {
            return [];
        }

        if (node is not JsonObject metadata)
        {
            Add("dict_type", "Input should be a valid dictionary", node, name);
            return [];
        }

        if (metadata.Count > MaxKeys)
        {
            Add("too_long", $"Dictionary should have at most {MaxKeys} items after validation, not {metadata.Count}", node, name);
        }

        foreach (var (key, value) in metadata)
        {
            if (key.Length is 0 or > MaxKeyLength)
            {
                Add("string_too_long", $"String should have at most {MaxKeyLength} characters", key, name, key, "[key]");
            }

            if (key == "_cost")
            {
                Cost(name, value);
            }
            else if (key != "_llm")
            {
                Value(name, key, value);
            }
        }

        return (JsonObject)metadata.DeepClone();
    }

    private void Value(string name, string key, JsonNode? value)
    {
        switch (value?.GetValueKind())
        {
            case JsonValueKind.String when value.GetValue<string>().Length == 0:
                Add("string_too_short", "String should have at least 1 character", value, name, key, "constrained-str");
                break;
            case JsonValueKind.String when value.GetValue<string>().Length > MaxTextLength:
                Add("string_too_long", $"String should have at most {MaxTextLength} characters", value, name, key, "constrained-str");
                break;
            case JsonValueKind.String or JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False:
                break;
            default:
                Add("string_type", "Input should be a valid string", value, name, key, "constrained-str");
                break;
        }
    }

    /// <summary>A cost in cents with up to 17 digits, 12 of them after the point.</summary>
    private void Cost(string name, JsonNode? value)
    {
        if (value is not JsonObject cost)
        {
            Add("dict_type", "Input should be a valid dictionary", value, name, "_cost");
            return;
        }

        var amount = cost["amount"];
        var text = amount?.GetValueKind() == JsonValueKind.String ? amount.GetValue<string>() : amount?.ToJsonString() ?? "";
        if (!decimal.TryParse(text, System.Globalization.NumberStyles.Float, System.Globalization.CultureInfo.InvariantCulture, out var number))
        {
            Add("decimal_parsing", "Input should be a valid decimal", amount, name, "_cost", "amount");
        }
        else if (number.Scale > 12)
        {
            Add("decimal_max_places", "Decimal input should have no more than 12 decimal places", amount, name, "_cost", "amount");
        }
        else if (Math.Abs(number) >= 100_000)
        {
            Add("decimal_whole_digits", "Decimal input should have no more than 5 digits before the decimal point", amount, name, "_cost", "amount");
        }

        if (cost["currency"]?.GetValueKind() != JsonValueKind.String || cost["currency"]!.GetValue<string>() != "usd")
        {
            Add("string_pattern_mismatch", "String should match pattern 'usd'", cost["currency"], name, "_cost", "currency");
        }
    }
}
