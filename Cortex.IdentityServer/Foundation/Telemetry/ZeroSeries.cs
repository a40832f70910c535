using System.Diagnostics.Metrics;

namespace Cortex.IdentityServer.Foundation.Telemetry;

/// <summary>Shows the series of a counter from the start, because a series that begins with its first event hides that event from <c>rate()</c>.</summary>
internal static class ZeroSeries
{
    public static void ShowEach(this Counter<long> counter, string label, IEnumerable<string> values)
    {
        foreach (var value in values)
        {
            counter.Add(0, new KeyValuePair<string, object?>(label, value));
        }
    }

    /// <summary>Shows each combination of the values of two labels.</summary>
    public static void ShowEach(
        this Counter<long> counter, string firstLabel, IEnumerable<string> firstValues, string secondLabel, IReadOnlyList<string> secondValues)
    {
        foreach (var first in firstValues)
        {
            foreach (var second in secondValues)
            {
                counter.Add(0, new(firstLabel, first), new(secondLabel, second));
            }
        }
    }
}
