using Npgsql;
using NpgsqlTypes;

namespace Cortex.IdentityServer.Foundation.Data;

/// <summary>Creates positional parameters whose value may be NULL. They name their type, because PostgreSQL can't derive it from NULL.</summary>
internal static class NullableParameter
{
    public static NpgsqlParameter Of(string? text) => Of(NpgsqlDbType.Text, text);

    public static NpgsqlParameter Of(DateTimeOffset? time) => Of(NpgsqlDbType.TimestampTz, time);

    public static NpgsqlParameter Of(Guid? id) => Of(NpgsqlDbType.Uuid, id);

    private static NpgsqlParameter Of(NpgsqlDbType type, object? value) => new() { NpgsqlDbType = type, Value = value ?? DBNull.Value };
}
