using System.Security.Cryptography;
using System.Text;
using Cortex.IdentityServer.Features.Billing.Webhooks;

namespace Cortex.IdentityServer.Tests.Billing;

/// <remarks>The vectors were made by Polar's SDK and by the Standard Webhooks library of npm.</remarks>
public sealed class WebhookSignatureTests
{
    private const string Id = "11111111-1111-4111-8111-111111111111";
    private const string Body =
        """{"type":"subscription.active","timestamp":"2026-09-10T00:00:00Z","data":{"id":"00000000-0000-4000-8000-000000000001"}}""";

    private const string NewSecret = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    private const string NewScheme = "v1,wDP7uC4GTsCDfIv25yiA0DOgwElxFVVOS1kGhDDdIfw=";
    private const string LegacyScheme = "v1,1g7mVT1etgh3Hh8cfW1VLYYb9UV9vrV4Ct4rteH0EYY=";
    private const string LegacySecret = "whsec_ovyN6cPrTv56AApvzCaJno08SSmGJmgbWilb33N2JuK";
    private const string OfLegacySecret = "v1,b5ugQeY+znMunHqlNU8LFGABceLr5mn2f3t6fm0FeTo=";

    private const long SentAt = 1788998400;

    [Fact]
    public void The_body_of_the_vectors_is_the_documented_one()
    {
        var bytes = Encoding.UTF8.GetBytes(Body);

        Assert.Equal(118, bytes.Length);
        Assert.Equal("4237aa356092997983926bc8c555c034004cdfd7a33ca2dbbdeed7c13aea0e3b", Convert.ToHexStringLower(SHA256.HashData(bytes)));
    }

    [Theory]
    [InlineData(NewSecret, NewScheme)]
    [InlineData(NewSecret, LegacyScheme)]
    [InlineData(LegacySecret, OfLegacySecret)]
    public void Both_key_schemes_verify(string secret, string signature) => Assert.True(IsValid([secret], signature));

    [Theory]
    [InlineData(NewScheme)]
    [InlineData(LegacyScheme)]
    [InlineData(OfLegacySecret)]
    public void Either_of_two_secrets_verifies(string signature) => Assert.True(IsValid([LegacySecret, NewSecret], signature));

    [Theory]
    [InlineData("v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= " + NewScheme)]
    [InlineData("v1a,AAAA " + NewScheme + " v2,whatever")]
    [InlineData("  " + NewScheme + "  ")]
    [InlineData("v1,short " + NewScheme)]
    public void One_matching_signature_of_a_list_is_enough(string signatures) => Assert.True(IsValid([NewSecret], signatures));

    [Theory]
    [InlineData("")]
    [InlineData("v1,")]
    [InlineData("v1")]
    [InlineData("v1,not base64")]
    [InlineData("wDP7uC4GTsCDfIv25yiA0DOgwElxFVVOS1kGhDDdIfw=")]
    [InlineData("v2,wDP7uC4GTsCDfIv25yiA0DOgwElxFVVOS1kGhDDdIfw=")]
    [InlineData("V1,wDP7uC4GTsCDfIv25yiA0DOgwElxFVVOS1kGhDDdIfw=")]
    [InlineData("v1,wDP7uC4GTsCDfIv25yiA0DOgwElxFVVOS1kGhDDdIfA=")]
    [InlineData("v1,wDP7uC4GTsCDfIv25yiA0DOgwElxFVVOS1kGhDDdIfw=,v1,x")]
    public void Other_signatures_dont_verify(string signature) => Assert.False(IsValid([NewSecret], signature));

    [Fact]
    public void Another_secret_doesnt_verify() => Assert.False(IsValid([LegacySecret], NewScheme));

    [Fact]
    public void Without_a_secret_nothing_verifies() => Assert.False(IsValid([], NewScheme));

    [Theory]
    [InlineData("whsec_")]
    [InlineData("")]
    public void A_secret_without_content_makes_no_empty_key(string secret)
    {
        var bytes = Encoding.UTF8.GetBytes(Body);
        var forged = "v1," + Convert.ToBase64String(HMACSHA256.HashData((byte[])[], (byte[])[.. Encoding.UTF8.GetBytes($"{Id}.{SentAt}."), .. bytes]));

        Assert.False(IsValid([secret], forged));
        Assert.All(WebhookKeys.Of([secret]).All, key => Assert.NotEmpty(key));
    }

    [Theory]
    [InlineData(-300, true)]
    [InlineData(300, true)]
    [InlineData(-301, false)]
    [InlineData(301, false)]
    public void The_timestamp_may_be_five_minutes_off(int seconds, bool isValid) => Assert.Equal(isValid, IsValid([NewSecret], NewScheme, offset: seconds));

    [Theory]
    [InlineData("")]
    [InlineData("now")]
    [InlineData("1788998400.0")]
    [InlineData("+1788998400")]
    [InlineData(" 1788998400")]
    [InlineData("9223372036854775807")]
    [InlineData("99999999999999999999999")]
    [InlineData("-1")]
    [InlineData("2026-09-10T00:00:00Z")]
    public void A_timestamp_that_isnt_in_seconds_doesnt_verify(string timestamp)
    {
        var bytes = Encoding.UTF8.GetBytes(Body);
        var keys = WebhookKeys.Of([NewSecret]);
        var signature = "v1," + Convert.ToBase64String(HMACSHA256.HashData(keys.All[0], (byte[])[.. Encoding.UTF8.GetBytes($"{Id}.{timestamp}."), .. bytes]));

        Assert.False(WebhookSignature.IsValid(Id, timestamp, signature, bytes, keys, DateTimeOffset.FromUnixTimeSeconds(SentAt)));
    }

    [Fact]
    public void A_body_that_was_written_again_doesnt_verify() =>
        Assert.False(IsValid([NewSecret], NewScheme, body: Body.Replace(",", ", ", StringComparison.Ordinal)));

    [Fact]
    public void Another_id_doesnt_verify() => Assert.False(IsValid([NewSecret], NewScheme, id: "11111111-1111-4111-8111-111111111112"));

    private static bool IsValid(string[] secrets, string signatures, string id = Id, string body = Body, int offset = 0) => WebhookSignature.IsValid(
        id, SentAt.ToString(System.Globalization.CultureInfo.InvariantCulture), signatures, Encoding.UTF8.GetBytes(body), WebhookKeys.Of(secrets),
        DateTimeOffset.FromUnixTimeSeconds(SentAt + offset));
}
