using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Cortex.IdentityServer.Foundation.Configuration;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Users;
using Microsoft.AspNetCore.Identity;

namespace Cortex.IdentityServer.Identity.Passkeys;

/// <summary>Decides whether an authenticator's new key becomes a passkey of a user.</summary>
internal sealed partial class PasskeyRegistration(
    PasskeyCeremonies ceremonies, PasskeyChallenges challenges, UserPasskeys passkeys, TimeProvider clock, ILogger<PasskeyRegistration> logger)
{
    /// <summary>WebAuthn defines six transports; this leaves room for future ones.</summary>
    private const int MaxTransports = 8;

    /// <summary>Creates the options for the browser. Returns null if the account has reached the limit of passkeys.</summary>
    public async Task<PasskeyOptionsResponse?> BeginAsync(User user, CancellationToken cancellationToken)
    {
        if (await passkeys.IsFullAsync(user.Id, cancellationToken))
        {
            return null;
        }

        var options = await ceremonies.BeginRegistrationAsync(user);
        var token = await challenges.CreateAsync(PasskeyPurpose.Registration, user.Id, options.AttestationState!, cancellationToken);
        return new(token, WithProductName(options.CreationOptionsJson));
    }

    public async Task<NewPasskeyResult> FinishAsync(
        Guid userId, Guid sessionId, RegisterPasskeyRequest request, RequestOrigin origin, CancellationToken cancellationToken)
    {
        if (await challenges.ConsumeAsync(request.PasskeyToken, PasskeyPurpose.Registration, userId, cancellationToken) is not { } state)
        {
            return NewPasskeyResult.InvalidChallenge.Instance;
        }

        var (created, refusal) = await ceremonies.FinishRegistrationAsync(request.Credential, state);
        if (created is null)
        {
            Log.Refused(logger, userId, refusal);
            return NewPasskeyResult.Refused.Instance;
        }

        var now = clock.GetUtcNow();
        return await passkeys.AddAsync(userId, sessionId, Sanitize(created, request.Name ?? DefaultName(now), now), origin, cancellationToken);
    }

    /// <summary>
    /// Identity's handler uses the domain as the relying party's name, which browsers and password managers show; use the product's name instead.
    /// </summary>
    private static JsonElement WithProductName(string optionsJson)
    {
        var options = JsonNode.Parse(optionsJson)!;
        options["rp"]!["name"] = Product.Name;
        return options.Deserialize<JsonElement>();
    }

    private static string DefaultName(DateTimeOffset now) => "Passkey " + now.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>Uses this server's clock for the creation time and drops transports that aren't valid.</summary>
    private static UserPasskeyInfo Sanitize(UserPasskeyInfo created, string name, DateTimeOffset now) => new(
        created.CredentialId,
        created.PublicKey,
        now,
        created.SignCount,
        [.. (created.Transports ?? []).Where(transport => transport is not null && Transport().IsMatch(transport)).Distinct().Take(MaxTransports)],
        created.IsUserVerified,
        created.IsBackupEligible,
        created.IsBackedUp,
        created.AttestationObject,
        created.ClientDataJson)
    {
        Name = name,
    };

    [GeneratedRegex(@"\A[a-z0-9-]{1,32}\z")]
    private static partial Regex Transport();

    private static partial class Log
    {
        [LoggerMessage(2803, LogLevel.Information, "New passkey of user {UserId} refused: {Reason}")]
        public static partial void Refused(ILogger logger, Guid userId, string? reason);
    }
}
