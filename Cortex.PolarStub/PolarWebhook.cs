using System.Text;
using System.Text.Json;

namespace Cortex.Polar;

/// <summary>A webhook: one event with its exact bytes, which stay the same however often it is delivered.</summary>
public sealed class PolarWebhook
{
    internal PolarWebhook(string type, byte[] body, DateTimeOffset createdAt, string apiVersion) =>
        (Type, Body, CreatedAt, ApiVersion) = (type, body, createdAt, apiVersion);

    /// <summary>The value of the header <c>webhook-id</c>.</summary>
    public Guid Id { get; } = Guid.NewGuid();

    /// <summary>The event's type, such as <c>subscription.active</c>.</summary>
    public string Type { get; }

    /// <summary>The exact bytes of the body.</summary>
    public ReadOnlyMemory<byte> Body { get; }

    public DateTimeOffset CreatedAt { get; }

    public string ApiVersion { get; }

    /// <summary>Whether it was delivered; null while it hasn't been attempted or is being retried.</summary>
    public bool? Succeeded { get; internal set; }

    /// <summary>Whether it wasn't sent because the endpoint was disabled.</summary>
    public bool Skipped { get; internal set; }

    public int? LastHttpCode { get; internal set; }

    /// <summary>The body as text.</summary>
    public string Text => Encoding.UTF8.GetString(Body.Span);

    /// <summary>The body as JSON.</summary>
    public JsonElement Json => JsonDocument.Parse(Body).RootElement;

    public override string ToString() => $"{Type} {Id}";
}
