using Cortex.IdentityServer.Identity.SigningKeys;
using Microsoft.IdentityModel.Tokens;

namespace Cortex.IdentityServer.Tests.Sessions;

/// <summary>When a key has to be created, and which key signs.</summary>
public sealed class SigningKeyScheduleTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(1, 12)]
    [InlineData(2, 24)]
    [InlineData(30, 24)]
    [InlineData(365, 24)]
    public void A_key_is_published_a_day_before_it_signs_or_half_of_a_short_period(int days, int hours) =>
        Assert.Equal(TimeSpan.FromHours(hours), Options(days).Lead);

    [Fact]
    public void The_first_key_signs_at_once()
    {
        Assert.Equal(Start, SigningKeySchedule.NextUse([], Start, Options(30)));
        Assert.Null(SigningKeySchedule.Current([], Start));
    }

    [Theory]
    [InlineData(0, null)]
    [InlineData(28.9, null)]
    [InlineData(29, 30.0)]
    [InlineData(29.5, 30.5)]
    [InlineData(31, 32.0)]
    [InlineData(400, 401.0)]
    public void The_next_key_signs_when_the_last_ends_and_never_unannounced(double daysLater, double? signsFrom) => Assert.Equal(
        signsFrom is { } days ? Start.AddDays(days) : null,
        SigningKeySchedule.NextUse([Key("a", 0, 30)], Start.AddDays(daysLater), Options(30)));

    [Fact]
    public void A_pending_key_is_enough()
    {
        Assert.Null(SigningKeySchedule.NextUse([Key("a", 0, 30), Key("b", 30, 60)], Start.AddDays(29.5), Options(30)));
        Assert.Equal(Start.AddDays(60), SigningKeySchedule.NextUse([Key("a", 0, 30), Key("b", 30, 60)], Start.AddDays(59), Options(30)));
    }

    [Theory]
    [InlineData(0, "a")]
    [InlineData(29.9, "a")]
    [InlineData(30, "b")]
    [InlineData(90, "b")]
    public void The_newest_key_that_has_started_signs(double daysLater, string expected) =>
        Assert.Equal(expected, SigningKeySchedule.Current([Key("b", 30, 60), Key("a", 0, 30)], Start.AddDays(daysLater))?.Id);

    [Fact]
    public void A_key_that_cannot_be_decrypted_signs_nothing_and_another_is_created_at_once()
    {
        SigningKey[] keys = [Key("a", 0, 30) with { Credentials = null }];

        Assert.Null(SigningKeySchedule.Current(keys, Start.AddDays(1)));
        Assert.Equal(Start.AddDays(1), SigningKeySchedule.NextUse(keys, Start.AddDays(1), Options(30)));
    }

    [Fact]
    public void A_key_is_kept_until_its_last_token_has_expired() =>
        Assert.Equal(Start + TimeSpan.FromSeconds(1805), SigningKeySchedule.KeptUntil(Start));

    private static SigningOptions Options(int days) => new("ES256", TimeSpan.FromDays(days), SharedSecrets: []);

    private static SigningKey Key(string id, int from, int until)
    {
        var (jwk, pkcs8) = SigningKeyFormat.New("ES256");
        var row = new SigningKeyRow
        {
            Id = id,
            Algorithm = "ES256",
            PublicJwk = "",
            PrivateKey = "",
            UsedFrom = Start.AddDays(from),
            UsedUntil = Start.AddDays(until),
        };
        return new(row, jwk, new SymmetricSecurityKey(new byte[32]), SigningKeyFormat.ReadPrivate(pkcs8, "ES256", id));
    }
}
