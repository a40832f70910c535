namespace Cortex.Polar;

/// <summary>A way to misbehave. Those that happen before the work is done leave the stub as if the request had never been made.</summary>
public abstract record PolarFault
{
    private PolarFault()
    {
    }

    /// <summary>429 with <c>Retry-After</c> in whole seconds and an empty body, before the work.</summary>
    public sealed record RateLimited(TimeSpan RetryAfter) : PolarFault;

    /// <summary>A status with any body, before the work.</summary>
    public sealed record Status(int Code, string Body = "", string ContentType = "text/plain") : PolarFault;

    /// <summary>307, before the work. Without a location, the client is sent to the same path with or without a final slash.</summary>
    public sealed record Redirect(string? Location = null) : PolarFault;

    /// <summary>404 as for an API version that doesn't exist, before the work.</summary>
    public sealed record UnknownVersion : PolarFault;

    /// <summary>No answer until the client gives up, and no work.</summary>
    public sealed record NoAnswer : PolarFault;

    /// <summary>The usual answer, later.</summary>
    public sealed record Slow(TimeSpan Delay) : PolarFault;

    /// <summary>The connection is closed before the work.</summary>
    public sealed record LostRequest : PolarFault;

    /// <summary>The work is done, and then the connection is closed without an answer.</summary>
    public sealed record LostAnswer : PolarFault;

    /// <summary>The work is done, but the connection is closed in the middle of the answer's body.</summary>
    public sealed record HalfAnswer : PolarFault;

    /// <summary>A body of a given size, in bytes, before the work. Its JSON is valid.</summary>
    public sealed record Oversized(long Bytes) : PolarFault;

    /// <summary>A body that never ends, before the work.</summary>
    public sealed record Endless : PolarFault;

    /// <summary>200 with an HTML page, before the work, as a proxy in between might answer.</summary>
    public sealed record NotJson : PolarFault;

    /// <summary>A status with JSON that isn't what was asked for, before the work.</summary>
    public sealed record WrongJson(string Json = "[]", int Code = 200) : PolarFault;
}
