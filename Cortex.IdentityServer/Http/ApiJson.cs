using System.Text.Json;
using System.Text.Json.Serialization;
using Cortex.IdentityServer.Accounts;
using Cortex.IdentityServer.Accounts.Mailed;
using Cortex.IdentityServer.Admin;
using Cortex.IdentityServer.Admin.Import;
using Cortex.IdentityServer.Admin.Statistics;
using Cortex.IdentityServer.Admin.Users;
using Cortex.IdentityServer.ApiKeys;
using Cortex.IdentityServer.Audit;
using Cortex.IdentityServer.Billing;
using Cortex.IdentityServer.Introspection;
using Cortex.IdentityServer.Login;
using Cortex.IdentityServer.Passkeys;
using Cortex.IdentityServer.Sessions;
using Cortex.IdentityServer.TwoFactor;
using Cortex.IdentityServer.Usage;

namespace Cortex.IdentityServer.Http;

/// <summary>Source-generated JSON for every body that is read or written.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ProblemBody))]
[JsonSerializable(typeof(HealthResponse))]
[JsonSerializable(typeof(AliveResponse))]
[JsonSerializable(typeof(RegisterRequest))]
[JsonSerializable(typeof(ChangePasswordRequest))]
[JsonSerializable(typeof(AccountExport))]
[JsonSerializable(typeof(UserResponse))]
[JsonSerializable(typeof(UserPageResponse))]
[JsonSerializable(typeof(MailRequest))]
[JsonSerializable(typeof(MailedTokenRequest))]
[JsonSerializable(typeof(ResetPasswordRequest))]
[JsonSerializable(typeof(ChangeEmailRequest))]
[JsonSerializable(typeof(MailAccepted))]
[JsonSerializable(typeof(AuditEventPage))]
[JsonSerializable(typeof(Dictionary<string, string>))]
[JsonSerializable(typeof(Dictionary<string, JsonElement>))]
[JsonSerializable(typeof(ChangeDetails))]
[JsonSerializable(typeof(AdminUserResponse))]
[JsonSerializable(typeof(AdminUserDetails))]
[JsonSerializable(typeof(CreateUserRequest))]
[JsonSerializable(typeof(UpdateUserRequest))]
[JsonSerializable(typeof(EmptyRequest))]
[JsonSerializable(typeof(ReauthenticateRequest))]
[JsonSerializable(typeof(RegistrationAccepted))]
[JsonSerializable(typeof(LoginRequest))]
[JsonSerializable(typeof(TwoFactorLoginRequest))]
[JsonSerializable(typeof(TokenResponse))]
[JsonSerializable(typeof(RefreshRequest))]
[JsonSerializable(typeof(LogoutRequest))]
[JsonSerializable(typeof(IReadOnlyList<SessionResponse>))]
[JsonSerializable(typeof(EnableTwoFactorRequest))]
[JsonSerializable(typeof(EnableTwoFactorResponse))]
[JsonSerializable(typeof(TwoFactorCodeRequest))]
[JsonSerializable(typeof(DisableTwoFactorRequest))]
[JsonSerializable(typeof(TwoFactorEnabledResponse))]
[JsonSerializable(typeof(RecoveryCodesResponse))]
[JsonSerializable(typeof(PasskeyOptionsResponse))]
[JsonSerializable(typeof(RegisterPasskeyRequest))]
[JsonSerializable(typeof(RenamePasskeyRequest))]
[JsonSerializable(typeof(PasskeyResponse))]
[JsonSerializable(typeof(IReadOnlyList<PasskeyResponse>))]
[JsonSerializable(typeof(PasskeyLoginOptionsRequest))]
[JsonSerializable(typeof(PasskeyLoginRequest))]
[JsonSerializable(typeof(PasskeySecondFactorOptionsRequest))]
[JsonSerializable(typeof(PasskeySecondFactorRequest))]
[JsonSerializable(typeof(GenerateApiKeyRequest))]
[JsonSerializable(typeof(UpdateApiKeyRequest))]
[JsonSerializable(typeof(RotateApiKeyRequest))]
[JsonSerializable(typeof(ApiKeyResponse))]
[JsonSerializable(typeof(IReadOnlyList<ApiKeyResponse>))]
[JsonSerializable(typeof(GeneratedApiKeyResponse))]
[JsonSerializable(typeof(IntrospectRequest))]
[JsonSerializable(typeof(IntrospectResponse))]
[JsonSerializable(typeof(PublicJwk))]
[JsonSerializable(typeof(JsonWebKeySetResponse))]
[JsonSerializable(typeof(DiscoveryResponse))]
[JsonSerializable(typeof(AuthorizationServerResponse))]
[JsonSerializable(typeof(RelatedOriginsResponse))]
[JsonSerializable(typeof(ImportedUser))]
[JsonSerializable(typeof(ImportedLine))]
[JsonSerializable(typeof(FailedLine))]
[JsonSerializable(typeof(ImportProgress))]
[JsonSerializable(typeof(ImportSummary))]
[JsonSerializable(typeof(ImportError))]
[JsonSerializable(typeof(AdminAuditEventPage))]
[JsonSerializable(typeof(BillingEventPage))]
[JsonSerializable(typeof(BillingEventResponse))]
[JsonSerializable(typeof(UsageReportResponse))]
[JsonSerializable(typeof(StatisticsResponse))]
internal sealed partial class ApiJson : JsonSerializerContext;
