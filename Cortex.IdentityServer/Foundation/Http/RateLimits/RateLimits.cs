namespace Cortex.IdentityServer.Foundation.Http.RateLimits;

/// <summary>Every named limit with its default; <c>RATE_LIMITS</c> changes the numbers (see <see cref="RateLimitOptions"/>).</summary>
internal static class RateLimits
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    /// <summary>Registrations from one address.</summary>
    public static readonly RateLimit Register = new("register", 300, Minute);

    /// <summary>Both steps of a login from one address, together.</summary>
    public static readonly RateLimit Login = new("login", 600, Minute);

    /// <summary>Logins from one address that failed. A permit is taken before the attempt and given back if it didn't fail.</summary>
    public static readonly RateLimit LoginFailures = new("login_failures", 20, TimeSpan.FromMinutes(5));

    /// <summary>Refreshes and logouts from one address: many people may sit behind it.</summary>
    public static readonly RateLimit Refresh = new("refresh", 6000, Minute);

    /// <summary>Refreshes of one session.</summary>
    public static readonly RateLimit RefreshSession = new("refresh_session", 60, Minute);

    /// <summary>Calls from one address that hash, or write secrets, for somebody who is logged in.</summary>
    public static readonly RateLimit Sensitive = new("sensitive", 600, Minute);

    /// <summary>The same calls of one user, from wherever.</summary>
    public static readonly RateLimit SensitiveUser = new("sensitive_user", 300, Minute);

    /// <summary>From one address: asking for mails, and using the links in them.</summary>
    public static readonly RateLimit Mails = new("mails", 600, Minute);

    /// <summary>Administration from one address, and by one administrator.</summary>
    public static readonly RateLimit Admin = new("admin", 1200, Minute);

    /// <summary>API keys from one address that aren't known: each costs a query.</summary>
    public static readonly RateLimit UnknownKeys = new("unknown_keys", 120, Minute);

    /// <summary>Health checks from one address.</summary>
    public static readonly RateLimit Health = new("health", 6000, Minute);

    /// <summary>Documents that anybody may read, from one address.</summary>
    public static readonly RateLimit Documents = new("documents", 600, Minute);

    /// <summary>Those that <c>RATE_LIMITS</c> may name.</summary>
    public static IReadOnlyList<RateLimit> All { get; } =
        [Register, Login, LoginFailures, Refresh, RefreshSession, Sensitive, SensitiveUser, Mails, Admin, UnknownKeys, Health, Documents];

    /// <summary>Requests with an owner's API keys, by tier. One name: who is moved to another tier takes the count along.</summary>
    public static IReadOnlyDictionary<string, RateLimit> ApiKeyTiers { get; } = new Dictionary<string, RateLimit>
    {
        ["free"] = new("api_key", 60, Minute),
        ["pro"] = new("api_key", 600, Minute),
        ["enterprise"] = new("api_key", 6000, Minute),
    };
}
