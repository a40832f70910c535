using System.Security.Authentication;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Identity;

namespace Cortex.IdentityServer.Foundation.Configuration;

/// <summary>
/// Private names and exception messages of .NET, ASP.NET Core, and Npgsql that the server depends on because no public API offers the same information.
/// A test provokes each one, so an upgrade that changes it fails there.
/// </summary>
internal static partial class FrameworkInternals
{
    /// <summary>The key in <c>IApplicationBuilder.Properties</c> that keeps WebApplication from adding its own authentication middleware.</summary>
    public const string AuthenticationMiddlewareSet = "__AuthenticationMiddlewareSet";

    /// <summary>The type name of the hosted service that loads the data protection keys on start.</summary>
    public const string DataProtectionHostedService = "DataProtectionHostedService";

    /// <summary>Npgsql's message when no host has the state that <c>target_session_attrs</c> asks for.</summary>
    public const string NoSuitableHost = "No suitable host was found.";

    /// <summary>Npgsql's message about a transaction whose connection was lost between two statements.</summary>
    public const string LostTransaction = "Transaction is already completed";

    /// <summary>Returns the name of the JSON property that has no matching member, or null for any other failure.</summary>
    public static string? UnknownProperty(JsonException failure) =>
        UnmappedMember().Match(failure.Message) is { Success: true } match ? match.Groups[1].Value : null;

    /// <summary>Whether deserialization failed because a JSON object has the same property twice.</summary>
    public static bool IsDuplicateProperty(JsonException failure) => failure.Message.StartsWith("Duplicate property", StringComparison.Ordinal);

    /// <summary>Whether Kestrel has no certificate for an https address.</summary>
    public static bool IsMissingCertificate(InvalidOperationException failure) =>
        failure.Message.Contains("No server certificate", StringComparison.Ordinal);

    /// <summary>Whether the validation callback rejected the server's certificate.</summary>
    public static bool IsUntrustedCertificate(AuthenticationException failure) =>
        failure.Message.Contains("RemoteCertificateValidationCallback", StringComparison.Ordinal);

    /// <summary>Whether a passkey's signature counter didn't rise, which is a sign of a cloned authenticator (WebAuthn section 6.1.1).</summary>
    public static bool IsWrongSignatureCounter(PasskeyException failure) => failure.Message.Contains("signature counter", StringComparison.Ordinal);

    [GeneratedRegex("^The JSON property '(.*)' could not be mapped to any \\.NET member", RegexOptions.Singleline)]
    private static partial Regex UnmappedMember();
}
