using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Passwords.Hashing;
using Cortex.IdentityServer.Identity.Users;

namespace Cortex.IdentityServer.Features.Admin.Import;

/// <summary>Parses and validates a line. Error messages never contain any part of a password hash.</summary>
internal sealed class ImportRules(TimeProvider clock, KnownTiers tiers)
{
    private static readonly JsonTypeInfo<ImportedUser> Json = StrictTypeInfo();

    /// <summary>No account can be older, and PostgreSQL's timestamps couldn't hold much older times.</summary>
    private static readonly DateTimeOffset EarliestCreation = DateTimeOffset.UnixEpoch;

    private static Refusal TooLong => Problems.PayloadTooLarge with { Detail = $"The line is longer than {ImportLines.MaxLineLength / 1024} KiB." };

    private static Refusal NotUtf8 => Problems.MalformedRequest with { Detail = "The line isn't UTF-8." };

    private static Refusal NotAnObject => Problems.MalformedRequest with { Detail = "The line isn't a JSON object." };

    public ImportLine Read(RawLine line)
    {
        if (line.IsTooLong || !Utf8.IsValid(line.Bytes.Span))
        {
            return new ImportLine.Invalid(line.Number, line.IsTooLong ? TooLong : NotUtf8);
        }

        try
        {
            return JsonSerializer.Deserialize(line.Bytes.Span, Json) is { } user ? Check(line.Number, user) : new ImportLine.Invalid(line.Number, NotAnObject);
        }
        catch (JsonException failure)
        {
            return new ImportLine.Invalid(line.Number, StrictJson.Explain(failure, what: "line"));
        }
    }

    private ImportLine Check(int number, ImportedUser user)
    {
        var now = clock.GetUtcNow();
        var tier = user.SubscriptionTier ?? User.FreeTier;
        var errors = new Dictionary<string, string[]>();
        if (!EmailAddress.TryNormalize(user.Email, out var email, out var reason))
        {
            errors["email"] = [reason];
        }

        if (user.PasswordHash is { } hash && !PasswordHash.IsReadable(hash))
        {
            errors["password_hash"] = [$"must be one of {PasswordHash.Formats}"];
        }

        if (tiers.Validate(tier) is { } unknown)
        {
            errors["subscription_tier"] = [unknown];
        }

        if (user.CreatedAt > now || user.CreatedAt < EarliestCreation)
        {
            errors["created_at"] = [$"must be a time from {EarliestCreation.Year} to now"];
        }

        return errors.Count > 0
            ? new ImportLine.Invalid(number, Refusal.Invalid(errors))
            : new ImportLine.Valid(number, new(
                Guid.NewGuid(), email, user.PasswordHash ?? User.NoPassword, tier, user.IsActive ?? true, user.IsVerified ?? false, user.CreatedAt ?? now));
    }

    private static JsonTypeInfo<ImportedUser> StrictTypeInfo()
    {
        var options = new JsonSerializerOptions { TypeInfoResolver = ImportJson.Default };
        StrictJson.Configure(options);
        return (JsonTypeInfo<ImportedUser>)options.GetTypeInfo(typeof(ImportedUser));
    }
}
