using System.Net;
using System.Text.Json;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Http;

/// <summary>An integer in JSON Schema is any number without a fraction, in any notation.</summary>
public sealed class IntegerTests(SharedUserApp app) : IClassFixture<SharedUserApp>
{
    private static readonly JsonSerializerOptions Options = new() { Converters = { new StrictIntegerConverter() } };

    [Theory]
    [InlineData("30", 30)]
    [InlineData("30.0", 30)]
    [InlineData("3e1", 30)]
    [InlineData("3.0E+1", 30)]
    [InlineData("0.3e2", 30)]
    [InlineData("300e-1", 30)]
    [InlineData("30.00000000000000000000000000000000000000", 30)]
    [InlineData("0", 0)]
    [InlineData("-0", 0)]
    [InlineData("-0.0", 0)]
    [InlineData("0e999999999", 0)]
    [InlineData("-1.0", -1)]
    [InlineData("2147483647.0", int.MaxValue)]
    [InlineData("-2147483648.0", int.MinValue)]
    public void A_whole_number_is_read(string json, int number) => Assert.Equal(number, JsonSerializer.Deserialize<int>(json, Options));

    [Theory]
    [InlineData("30.5")]
    [InlineData("30.000000000000000000000000000000000001")]
    [InlineData("3e-1")]
    [InlineData("2147483648")]
    [InlineData("2147483648.0")]
    [InlineData("-2147483649.0")]
    [InlineData("1e10")]
    [InlineData("1e999999999")]
    [InlineData("1e-999999999")]
    [InlineData("1e99999999999999999999")]
    [InlineData("\"30\"")]
    [InlineData("true")]
    [InlineData("null")]
    [InlineData("[30]")]
    public void Anything_else_is_rejected(string json) => Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<int>(json, Options));

    [Fact]
    public async Task Days_and_seconds_may_be_written_with_a_fraction_of_zero_or_an_exponent()
    {
        var (_, _, http) = await app.CallerAsync();

        var key = await (await http.PostTextAsync("/api/v1/auth/api-keys/generate", """{"name":"k","expires_in_days":30.0}"""))
            .JsonAsync(HttpStatusCode.Created);
        var id = key.GetProperty("id").GetString();

        Assert.Equal(30, (key.GetProperty("expires_at").GetDateTimeOffset() - key.GetProperty("created_at").GetDateTimeOffset()).TotalDays, 0.01);
        await (await http.PostTextAsync($"/api/v1/auth/api-keys/{id}/rotate", """{"overlap_seconds":6e1}""")).JsonAsync(HttpStatusCode.Created);
        await (await http.PostTextAsync($"/api/v1/auth/api-keys/{id}/rotate", """{"overlap_seconds":6.5}""")).ShouldBeProblemAsync(400, "validation_failed");
    }

    [Theory]
    [InlineData("30.5")]
    [InlineData("1e999999999")]
    [InlineData("-0")]
    [InlineData("3650.1")]
    public async Task A_fraction_or_a_number_out_of_range_is_refused_by_name(string days)
    {
        var (_, _, http) = await app.CallerAsync();

        var problem = await (await http.PostTextAsync("/api/v1/auth/api-keys/generate", $$"""{"name":"k","expires_in_days":{{days}}}"""))
            .ShouldBeProblemAsync(400, "validation_failed");

        Assert.Equal(["expires_in_days"], problem.GetProperty("errors").EnumerateObject().Select(error => error.Name));
    }
}
