using Microsoft.Net.Http.Headers;

namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>Chooses the media type of a response from the <c>Accept</c> header (RFC 9110 section 12.5.1).</summary>
internal static class MediaTypes
{
    public const string Json = "application/json";
    public const string JsonContentType = "application/json; charset=utf-8";

    /// <summary>
    /// Returns the offered type that the client prefers, and marks the response as varying by <c>Accept</c>. Among equally preferred types, one that the client
    /// names comes before one that matches a wildcard, and then the order of the offers decides. A client that accepts none of them gets the first one, as at
    /// all other routes, rather than 406.
    /// </summary>
    public static string NegotiateMediaType(this HttpContext context, params ReadOnlySpan<string> offers)
    {
        context.Response.Headers.AppendCommaSeparatedValues(HeaderNames.Vary, HeaderNames.Accept);
        if (!MediaTypeHeaderValue.TryParseList(context.Request.Headers.Accept, out var accepted) || accepted.Count == 0)
        {
            return offers[0];
        }

        var (best, bestQuality, bestPrecision) = (offers[0], 0d, 0);
        foreach (var offer in offers)
        {
            var (quality, precision) = QualityOf(offer, accepted);
            if (quality > bestQuality || (quality == bestQuality && quality > 0 && precision > bestPrecision))
            {
                (best, bestQuality, bestPrecision) = (offer, quality, precision);
            }
        }

        return best;
    }

    /// <summary>The most precise range that includes the type determines its quality.</summary>
    private static (double Quality, int Precision) QualityOf(string offer, IList<MediaTypeHeaderValue> accepted)
    {
        var type = new MediaTypeHeaderValue(offer);
        var (quality, precision) = (0d, 0);
        foreach (var range in accepted)
        {
            var matched = range.MatchesAllTypes ? 1
                : !range.Type.Equals(type.Type, StringComparison.OrdinalIgnoreCase) ? 0
                : range.MatchesAllSubTypes ? 2
                : range.SubType.Equals(type.SubType, StringComparison.OrdinalIgnoreCase) ? 3
                : 0;
            if (matched > precision)
            {
                (quality, precision) = (range.Quality ?? 1, matched);
            }
        }

        return (quality, precision);
    }
}
