using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Cortex.IdentityServer.Foundation.Configuration;
using Microsoft.AspNetCore.Http.Json;

namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>Configures JSON: snake_case names, no unknown or duplicate fields, and no type coercion.</summary>
internal static partial class StrictJson
{
    /// <summary>The maximum number of characters of an unknown field's name that a response repeats.</summary>
    private const int MaxFieldNameLength = 64;

    public static void Configure(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
        options.PropertyNameCaseInsensitive = false;
        options.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        options.AllowDuplicateProperties = false;
        options.RespectNullableAnnotations = true;
        options.NumberHandling = JsonNumberHandling.Strict;
        options.MaxDepth = 16;
        options.Converters.Add(new UtcConverter());
        options.Converters.Add(new StrictIntegerConverter());
    }

    /// <summary>Registers a feature's source-generated JSON context.</summary>
    /// <remarks>The context is created with the JSON options on the first request, so it doesn't slow down startup.</remarks>
    public static IServiceCollection AddJson<TContext>(this IServiceCollection services)
        where TContext : JsonSerializerContext, new() =>
        services.Configure<JsonOptions>(json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, new TContext()));

    /// <summary>Returns the refusal for JSON that can't be deserialized.</summary>
    /// <param name="failure">The serializer's exception.</param>
    /// <param name="what">What the JSON was, for the detail.</param>
    public static Refusal Explain(JsonException failure, string what = "body")
    {
        if (FrameworkInternals.UnknownProperty(failure) is { } unknown)
        {
            return Problems.UnknownField with { Detail = $"This route doesn't accept a field named \"{PrintableText.Of(unknown, MaxFieldNameLength)}\"." };
        }

        if (FrameworkInternals.IsDuplicateProperty(failure))
        {
            return Problems.MalformedRequest with { Detail = $"The {what} has the same field twice." };
        }

        if (failure.InnerException is JsonException || failure.Path is null or "$" || FieldName(failure.Path) is not { } field)
        {
            return Problems.MalformedRequest with { Detail = $"The {what} isn't valid JSON for this route." };
        }

        return Refusal.Invalid(field, "has the wrong type or an unreadable value");
    }

    /// <summary><c>$.scopes[0]</c> → <c>scopes</c>.</summary>
    private static string? FieldName(string path) => TopField().Match(path) is { Success: true } match ? match.Groups[1].Value : null;

    [GeneratedRegex(@"^\$\.([a-z0-9_]+)")]
    private static partial Regex TopField();

    /// <summary>Converts times to UTC, written with <c>Z</c>.</summary>
    private sealed class UtcConverter : JsonConverter<DateTimeOffset>
    {
        public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>

            // Reject times without an offset, which .NET would read in the server's time zone.
            reader.GetDateTime().Kind == DateTimeKind.Unspecified ? throw new JsonException() : reader.GetDateTimeOffset().ToUniversalTime();

        public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options)
        {
            // PostgreSQL stores microseconds. Truncate, so that the response that creates a row shows the same time as later ones.
            var time = value.UtcDateTime;
            writer.WriteStringValue(time.AddTicks(-(time.Ticks % TimeSpan.TicksPerMicrosecond)));
        }
    }
}
