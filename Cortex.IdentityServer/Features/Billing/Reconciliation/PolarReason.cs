using Cortex.IdentityServer.Features.Billing.Polar;

namespace Cortex.IdentityServer.Features.Billing.Reconciliation;

/// <summary>The words for why Polar's meters aren't shown. There are further ones in <see cref="PolarFailure"/>.</summary>
internal static class PolarReason
{
    /// <summary>There is no <c>POLAR_ACCESS_TOKEN</c>.</summary>
    public const string ApiOff = "api_off";

    /// <summary>There is no <c>POLAR_USAGE_EVENT</c>, so no usage is sent.</summary>
    public const string UsageOff = "usage_off";

    /// <summary>Polar understands the request and refuses it.</summary>
    public const string Refused = "refused";

    /// <summary>Returns the word for an answer that isn't <c>Ok</c>.</summary>
    public static string Of<T>(PolarAnswer<T> answer) => answer switch
    {
        PolarAnswer<T>.Unavailable unavailable => unavailable.Reason,
        PolarAnswer<T>.WrongVersion => PolarFailure.WrongVersion,
        _ => Refused,
    };
}
