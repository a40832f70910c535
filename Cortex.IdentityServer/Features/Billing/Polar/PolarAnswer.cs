namespace Cortex.IdentityServer.Features.Billing.Polar;

/// <summary>What became of a request to Polar.</summary>
/// <typeparam name="T">What Polar answers if the request succeeds.</typeparam>
internal abstract record PolarAnswer<T>
{
    private PolarAnswer()
    {
    }

    /// <summary>Polar did what was asked.</summary>
    internal sealed record Ok(T Value) : PolarAnswer<T>;

    /// <summary>Polar doesn't have what was asked for.</summary>
    internal sealed record Absent : PolarAnswer<T>;

    /// <summary>Polar understood the request and refuses it. The same request would be refused again.</summary>
    /// <param name="Status">The status, from 400 to 499, but none that <see cref="Unavailable"/> or <see cref="WrongVersion"/> stands for.</param>
    /// <param name="Reason">Polar's name of the error, such as <c>RequestValidationError</c>.</param>
    /// <param name="Errors">What is wrong with the request; empty if Polar doesn't say.</param>
    internal sealed record Refused(int Status, string Reason, IReadOnlyList<PolarError> Errors) : PolarAnswer<T>;

    /// <summary>There is no usable answer. Whether Polar did what was asked isn't known.</summary>
    /// <param name="Reason">A word from <see cref="PolarFailure"/>.</param>
    /// <param name="RetryAfter">How long to wait before the next request, if that is known.</param>
    internal sealed record Unavailable(string Reason, TimeSpan? RetryAfter) : PolarAnswer<T>;

    /// <summary>Polar doesn't know the version that <c>POLAR_API_VERSION</c> names, so it refuses all requests.</summary>
    internal sealed record WrongVersion : PolarAnswer<T>;
}
