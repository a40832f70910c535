using System.Text.Json;
using System.Text.Json.Nodes;
using Cortex.IdentityServer.Features.Admin;
using Cortex.IdentityServer.Features.Admin.Import;
using Cortex.IdentityServer.Features.Admin.Statistics;
using Cortex.IdentityServer.Features.Admin.Users;
using Cortex.IdentityServer.Features.Billing;
using Cortex.IdentityServer.Features.Introspection;
using Cortex.IdentityServer.Features.Usage;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Account;
using Cortex.IdentityServer.Identity.Account.Mailed;
using Cortex.IdentityServer.Identity.ApiKeys;
using Cortex.IdentityServer.Identity.Audit;
using Cortex.IdentityServer.Identity.Login;
using Cortex.IdentityServer.Identity.Passkeys;
using Cortex.IdentityServer.Identity.Sessions;
using Cortex.IdentityServer.Identity.SigningKeys;
using Cortex.IdentityServer.Identity.TwoFactor;
using Cortex.IdentityServer.Identity.Users;

namespace Cortex.IdentityServer.Features.ApiDocs;

/// <summary>One example of each body, for the OpenAPI document.</summary>
internal static class Examples
{
    public const string TwoFactorToken = "c2f_AZrW0tq7c0OQv2b7pM1xTA7T7B3m1m9y0l3w";

    private const string PasskeyToken = "cpk_AZrW0tq7c0OQv2b7pM1xTA7T7B3m1m9y0l3w";
    private const string Email = "ada@example.com";
    private const string Password = "correct horse battery staple";
    private const string MailedToken = "cve_AZrW0tq7c0OQv2b7pM1xTA…";
    private const string AccessToken = "eyJhbGciOiJIUzI1NiIsInR5cCI6ImF0K2p3dCJ9.…";
    private const string RefreshToken = "ctr_AZrW0tq7c0OQv2b7pM1xTAAAAAE…";
    private const string RecoveryCode = "7K2M9Q-XW4TBN-0HZ8RC-5VJ3DP";
    private const string Issuer = "https://auth.example.com";
    private const string KeyPrefix = "ctx_0aB1cD2e";

    private static readonly Guid Id = new("0199f0f0-5b1e-7c3a-9d64-2f1f3f1c8a01");
    private static readonly Guid AdminId = new("0199f0f0-4a02-7d11-8a5e-6b0a4d1c7e42");
    private static readonly DateTimeOffset Time = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);
    private static readonly string[] Scopes = ["memory:read"];
    private static readonly BillingEventResponse BillingEvent = new(
        new("0199f0f0-6c2f-7b7d-b1c4-0d7a52f3e913"), Id, "subscription.created", "evt_6f0c1b1d", false, Time);

    /// <summary>What <c>PublicKeyCredential.toJSON()</c> gives, cut short.</summary>
    private static readonly JsonElement Credential = JsonElement.Parse("""
        {"id": "mzVrR0XQ", "rawId": "mzVrR0XQ", "type": "public-key", "clientExtensionResults": {}, "response": {"clientDataJSON": "eyJ0eXBlIjoi…"}}
        """);

    /// <summary>RFC 7517 appendix A.1's.</summary>
    private static readonly PublicJwk PublicKey = new()
    {
        Kty = "EC",
        Use = "sig",
        Alg = "ES256",
        Kid = "cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s",
        Crv = "P-256",
        X = "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
        Y = "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
    };

    private static readonly AdminUserResponse AdminUser = new(Id, Email, User.FreeTier, true, true, true, Time, Time, [Role.Support]);

    private static readonly Dictionary<Type, object> ByType = new object[]
    {
        new RegisterRequest { Email = Email, Password = Password },
        new UserResponse(Id, Email, User.FreeTier, true, false, false, Time, Time),
        new RegistrationAccepted("Open the mail that we sent to this address to continue."),
        new ChangePasswordRequest { CurrentPassword = Password, NewPassword = "a longer horse battery staple" },
        new MailRequest { Email = Email },
        new MailedTokenRequest { Token = MailedToken },
        new ResetPasswordRequest { Token = "cpr_AZrW0tq7c0OQv2b7pM1xTA…", NewPassword = "a longer horse battery staple" },
        new ChangeEmailRequest { NewEmail = "ada.lovelace@example.com", Password = Password },
        new MailAccepted("If this address has an account that needs it, a mail is on its way."),
        new ReauthenticateRequest { Password = Password, TwoFactorCode = "492039" },
        new AuditEventPage([new(Id, "login.succeeded", "success", "self", Time, "203.0.113.7", "Mozilla/5.0", "0f8fad5bd9cb469fa16570867728950e", null)], null),
        new UserPageResponse([AdminUser], null),
        AdminUser,
        new LoginRequest { Email = Email, Password = Password },
        new TwoFactorLoginRequest { TwoFactorToken = TwoFactorToken, Code = "492039" },
        new TokenResponse(AccessToken, "bearer", 1800, RefreshToken, 2_592_000),
        new RefreshRequest { RefreshToken = RefreshToken },
        new LogoutRequest(),
        new SessionResponse(Id, Time, Time, Time.AddDays(30), "203.0.113.7", "Mozilla/5.0", true),
        new EnableTwoFactorRequest { Password = Password },
        new EnableTwoFactorResponse(
            "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", "otpauth://totp/Cortex%20Memory:ada%40example.com?secret=…", "data:image/png;base64,…"),
        new TwoFactorCodeRequest { Code = "492039" },
        new DisableTwoFactorRequest { Password = Password, Code = "492039" },
        new TwoFactorEnabledResponse(true, [RecoveryCode]),
        new RecoveryCodesResponse([RecoveryCode]),
        new PasskeyOptionsResponse(PasskeyToken, JsonElement.Parse("""
            {"rpId": "auth.example.com", "challenge": "uBmLO6zZ4MOyv6L0w6i4i8x4mG2p1p2gYw9rJp0b0hE", "timeout": 300000,
            "allowCredentials": [], "userVerification": "preferred"}
            """)),
        new RegisterPasskeyRequest { PasskeyToken = PasskeyToken, Name = "Ada's phone", Credential = Credential },
        new RenamePasskeyRequest { Name = "Ada's old phone" },
        new PasskeyResponse(Id, "Ada's phone", Time, Time, true, ["hybrid", "internal"]),
        new PasskeyLoginOptionsRequest(),
        new PasskeyLoginRequest { PasskeyToken = PasskeyToken, Credential = Credential },
        new PasskeySecondFactorOptionsRequest { TwoFactorToken = TwoFactorToken },
        new PasskeySecondFactorRequest { TwoFactorToken = TwoFactorToken, PasskeyToken = PasskeyToken, Credential = Credential },
        new GenerateApiKeyRequest { Name = "production", Scopes = Scopes, ExpiresInDays = 90 },
        new UpdateApiKeyRequest { Name = "staging", IsActive = false },
        new RotateApiKeyRequest { OverlapSeconds = 3600 },
        new ApiKeyResponse(Id, "production", KeyPrefix, Scopes, true, Time, Time.AddDays(90), null),
        new GeneratedApiKeyResponse(Id, "production", KeyPrefix + "…", KeyPrefix, Scopes, true, Time, Time.AddDays(90), null),
        new IntrospectRequest { Token = AccessToken },
        new IntrospectResponse
        {
            Active = true,
            TokenType = "bearer",
            Sub = Id.ToString(),
            Email = Email,
            SubscriptionTier = User.FreeTier,
            Scope = "",
            Sid = Id.ToString(),
            Exp = Time.AddMinutes(30).ToUnixTimeSeconds(),
            Iat = Time.ToUnixTimeSeconds(),
            Iss = Issuer,
        },
        new AdminUserDetails(Id, Email, "pro", true, true, true, Time, Time, [], Time.AddMinutes(15), null, 1, 2, 1, Time, false, false),
        new CreateUserRequest { Email = Email, SubscriptionTier = "pro", Roles = [Role.Support] },
        new UpdateUserRequest { SubscriptionTier = "enterprise", IsActive = true, Roles = [] },
        new EmptyRequest(),
        new JsonWebKeySetResponse([PublicKey]),
        new DiscoveryResponse(
            Issuer,
            Issuer + DiscoveryEndpoints.KeySetPath,
            Issuer + "/api/v1/auth/introspect",
            ["client_secret_basic", "Bearer"],
            [],
            ["public"],
            ["ES256"],
            ["iss", "aud", "sub", "sid", "jti", "iat", "nbf", "exp", "email", "subscription_tier", "roles", "amr"]),
        new AuthorizationServerResponse(
            Issuer, Issuer + DiscoveryEndpoints.KeySetPath, Issuer + "/api/v1/auth/introspect", ["client_secret_basic", "Bearer"], [], []),
        new RelatedOriginsResponse([Issuer, "https://app.example.org"]),
        new ImportedUser { Email = Email, PasswordHash = "$2b$12$…", SubscriptionTier = "pro", IsVerified = true, CreatedAt = Time },
        new ImportedLine(1, "created", Id),
        new FailedLine
        {
            Line = 2,
            Status = "failed",
            Code = Problems.EmailTaken.Code,
            Detail = Problems.EmailTaken.Detail,
            Errors = new Dictionary<string, string[]> { ["email"] = ["is taken"] },
        },
        new ImportProgress(new(500, 499, 1)),
        new ImportSummary(new(1200, 1190, 10)),
        new ImportError(new(Problems.ServiceUnavailable.Code, Problems.ServiceUnavailable.Detail, 501)),
        new AdminAuditEventPage(
            [new(Id, "user.updated", "success", AdminId, Id, Time, "203.0.113.7", "Mozilla/5.0", "0f8fad5bd9cb469fa16570867728950e",
            new Dictionary<string, JsonElement>
            {
                ["before"] = JsonElement.Parse("""{"is_active": true}"""),
                ["after"] = JsonElement.Parse("""{"is_active": false}"""),
            })],
            null),
        new BillingEventPage([BillingEvent], null),
        BillingEvent,
        new UsageReportResponse(
            Time.AddDays(-1), Time, "day", "provider", new(230, 48_211, 1.204417m, 3, 0),
            [new(Time.AddHours(-36), "openai", 210, 40_310, 1.1m, 3, 0), new(Time.AddHours(-12), "openai", 20, 7_901, 0.104417m, 0, 0)]),
        new StatisticsResponse(
            1200, 1180, 1024, 300, 0.25m, new Dictionary<string, long> { [User.FreeTier] = 1000, ["pro"] = 180, ["enterprise"] = 20 },
            [new(new(2026, 11, 23), 14, 631, 22, 410), new(new(2026, 11, 24), 9, 280, 7, 251)]),
        new HealthResponse("healthy", "Cortex Memory Auth Server", "0.1.0", "connected"),
        new AliveResponse("healthy"),
    }.ToDictionary(example => example.GetType());

    /// <summary>The example of a type, or of a list of it; null where there is none to give.</summary>
    public static JsonNode? Of(Type type, JsonSerializerOptions options, bool unhealthy = false)
    {
        if (unhealthy && type == typeof(HealthResponse))
        {
            return JsonSerializer.SerializeToNode(new HealthResponse("unhealthy", "Cortex Memory Auth Server", "0.1.0", "disconnected"), options);
        }

        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>))
        {
            return Of(type.GenericTypeArguments[0], options) is { } one ? new JsonArray(one) : null;
        }

        return ByType.TryGetValue(type, out var example) ? Sent(JsonSerializer.SerializeToNode(example, type, options), type) : null;
    }

    /// <summary>A request leaves out what it doesn't set; an answer has all its fields.</summary>
    private static JsonNode? Sent(JsonNode? example, Type type)
    {
        if (typeof(IRequestBody).IsAssignableFrom(type) && example is JsonObject fields)
        {
            foreach (var unset in fields.Where(field => field.Value is null).Select(field => field.Key).ToList())
            {
                fields.Remove(unset);
            }
        }

        return example;
    }
}
