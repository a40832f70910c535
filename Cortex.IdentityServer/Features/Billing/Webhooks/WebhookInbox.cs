using System.Text;
using System.Text.Json;
using Npgsql;

namespace Cortex.IdentityServer.Features.Billing.Webhooks;

/// <summary>Stores webhooks, so that they can be acknowledged before anything else happens.</summary>
internal sealed class WebhookInbox(NpgsqlDataSource database, InboxSignal signal, TimeProvider clock)
{
    /// <summary>The maximum length of a webhook's id, in characters.</summary>
    public const int MaxIdLength = 255;

    /// <summary>The type that is stored for a body that doesn't say one.</summary>
    private const string UnknownType = "unknown";

    private const int MaxTypeLength = 100;

    /// <summary>
    /// Stores the webhook unless its id is known. The ids are kept forever, and those of events that the Python server stored count too.
    /// </summary>
    private const string Sql = """
        WITH fresh AS (
            INSERT INTO billing_event_ids (polar_event_id, received_at)
            SELECT $1, $2 WHERE NOT EXISTS (SELECT FROM billing_events WHERE polar_event_id = $1)
            ON CONFLICT DO NOTHING RETURNING polar_event_id)
        INSERT INTO billing_inbox (id, polar_event_id, event_type, data, created_at) SELECT $3, polar_event_id, $4, $5, $2 FROM fresh
        """;

    /// <summary>Stores a webhook whose signature is valid. When this returns, it is committed.</summary>
    /// <param name="id">The header <c>webhook-id</c>.</param>
    /// <param name="body">The body as it was received.</param>
    /// <param name="cancellationToken">The request's cancellation token.</param>
    public async Task StoreAsync(string id, byte[] body, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await using var command = database.CreateCommand(Sql);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = id });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = now });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = Guid.CreateVersion7(now) });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = TypeOf(body) });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = TextOf(body) });
        if (await command.ExecuteNonQueryAsync(cancellationToken) > 0)
        {
            signal.Wake();
        }
    }

    /// <summary>A column can contain neither NUL nor bytes that aren't UTF-8. A body with either isn't JSON, and is stored only to be looked at.</summary>
    private static string TextOf(byte[] body) => Encoding.UTF8.GetString(body).Replace('\0', '\uFFFD');

    /// <summary>Reads the member <c>type</c> without parsing the whole body, which may be invalid.</summary>
    private static string TypeOf(byte[] body)
    {
        try
        {
            var reader = new Utf8JsonReader(body);
            for (reader.Read(); reader.Read() && reader.TokenType == JsonTokenType.PropertyName; reader.Skip())
            {
                var isType = reader.ValueTextEquals("type"u8);
                reader.Read();
                if (isType)
                {
                    return reader.TokenType == JsonTokenType.String && reader.GetString() is { Length: > 0 and <= MaxTypeLength } type
                        && !type.Contains('\0', StringComparison.Ordinal)
                        ? type
                        : UnknownType;
                }
            }
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            // The worker reports what is wrong with the body.
        }

        return UnknownType;
    }
}
