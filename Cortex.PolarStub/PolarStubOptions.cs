using System.Net;

namespace Cortex.Polar;

/// <summary>How a stub of Polar behaves. The defaults are Polar's own, with a clock that tests can replace.</summary>
public sealed record PolarStubOptions
{
    public const string DefaultAccessToken = "polar_oat_development";

    /// <summary>A secret in the form that Polar has issued since September 2026: <c>whsec_</c> and 32 bytes in base64.</summary>
    public const string DefaultWebhookSecret = "whsec_Y29ydGV4LXBvbGFyLXN0dWItc2VjcmV0LTMyLWJ5dGU=";

    public static readonly PolarProduct Pro = new("7c1f0a52-5a6e-4f0c-9d5b-0d0c6f3f0001", "Pro", 2_000);
    public static readonly PolarProduct Enterprise = new("7c1f0a52-5a6e-4f0c-9d5b-0d0c6f3f0002", "Enterprise", 20_000);

    /// <summary>The loopback port to listen on; 0 for a free one.</summary>
    public int Port { get; init; }

    /// <summary>The only access token that the API accepts.</summary>
    public string AccessToken { get; init; } = DefaultAccessToken;

    /// <summary>The secret that webhooks are signed with.</summary>
    public string WebhookSecret { get; init; } = DefaultWebhookSecret;

    /// <summary>Where webhooks are sent; null to send none, so that a test can deliver them itself. <see cref="PolarWebhooks.Target"/> changes it.</summary>
    public Uri? WebhookTarget { get; init; }

    /// <summary>Sends the webhooks, for a receiver without a socket; null for HTTP.</summary>
    public HttpMessageHandler? WebhookHandler { get; init; }

    /// <summary>How long the receiver of a webhook has to answer.</summary>
    public TimeSpan WebhookTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The delay before the first retry of a webhook; it doubles each time, up to 20 minutes.</summary>
    public TimeSpan WebhookBackoff { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>After how many failed attempts a webhook has failed for good.</summary>
    public int WebhookAttempts { get; init; } = 10;

    /// <summary>After how many failed webhooks in a row the endpoint is disabled.</summary>
    public int WebhookFailures { get; init; } = 10;

    /// <summary>The products for sale.</summary>
    public IReadOnlyList<PolarProduct> Products { get; init; } = [Pro, Enterprise];

    /// <summary>What is measured from usage events.</summary>
    public IReadOnlyList<PolarMeter> Meters { get; init; } = [];

    /// <summary>The API versions that exist.</summary>
    public IReadOnlySet<string> Versions { get; init; } = new HashSet<string>(StringComparer.Ordinal) { "2026-04", "2026-10", "2027-01" };

    /// <summary>The version of a request that names none, and of webhooks.</summary>
    public string CurrentVersion { get; init; } = "2026-10";

    /// <summary>The rate limit of the organization: Polar's is 500, and 100 in the sandbox.</summary>
    public int RequestsPerMinute { get; init; } = 500;

    /// <summary>How long an answer about a customer's state is cached. Polar caches it for up to an hour.</summary>
    public TimeSpan StateCache { get; init; }

    /// <summary>Top-level domains whose email addresses Polar refuses, because it looks up whether an address can receive email.</summary>
    public IReadOnlySet<string> UndeliverableDomains { get; init; } =
        new HashSet<string>(StringComparer.OrdinalIgnoreCase) { "arpa", "invalid", "local", "localhost", "onion" };

    /// <summary>The stub's clock.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>The address to listen on.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;
}
