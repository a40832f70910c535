using System.Text.Json;
using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Tests.Http;

public sealed class JsonTimesTests
{
    [Theory]
    [InlineData("2026-11-24T12:00:00.1234567Z", "2026-11-24T12:00:00.123456Z")]
    [InlineData("2026-11-24T12:00:00.123456Z", "2026-11-24T12:00:00.123456Z")]
    [InlineData("2026-11-24T14:00:00+02:00", "2026-11-24T12:00:00Z")]
    public void A_time_is_written_in_UTC_with_the_precision_of_the_database(string time, string written)
    {
        var options = new JsonSerializerOptions();
        StrictJson.Configure(options);

        Assert.Equal($"\"{written}\"", JsonSerializer.Serialize(DateTimeOffset.Parse(time, System.Globalization.CultureInfo.InvariantCulture), options));
    }
}
