using System.Net;
using Cortex.IdentityServer.Foundation.Http.RateLimits;

namespace Cortex.IdentityServer.Tests.Http;

/// <remarks>A provider assigns a whole IPv6 /64 to one customer, so a limit per IPv6 address would be no limit at all.</remarks>
public sealed class ClientNetworkTests
{
    [Theory]
    [InlineData("203.0.113.7", "203.0.113.7")]
    [InlineData("::ffff:203.0.113.7", "203.0.113.7")]
    [InlineData("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64")]
    [InlineData("2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64")]
    [InlineData("2001:db8:1:3::1", "2001:db8:1:3::/64")]
    [InlineData("fe80::1%3", "fe80::/64")]
    [InlineData("::1", "::/64")]
    [InlineData("64:ff9b::cb00:7107", "203.0.113.7")]
    [InlineData("64:ff9b::198.51.100.1", "198.51.100.1")]
    [InlineData("64:ff9b:0:0:1::cb00:7107", "64:ff9b::/64")]
    [InlineData("64:ff9b:1::cb00:7107", "64:ff9b:1::cb00:7107")]
    [InlineData("64:ff9b:1:cb00:71:700::", "64:ff9b:1:cb00:71:700::")]
    [InlineData("64:ff9b:2::cb00:7107", "64:ff9b:2::/64")]
    [InlineData("::ffff:0:203.0.113.7", "203.0.113.7")]
    [InlineData("2002:cb00:7107:5::1", "203.0.113.7")]
    [InlineData("2001:0:4136:e378:8000:63bf:34ff:8ef8", "203.0.113.7")]
    [InlineData("2001:1::cb00:7107", "2001:1::/64")]
    public void IPv4_counts_by_address_and_IPv6_by_its_64(string address, string network) => Assert.Equal(network, ClientNetwork.Of(IPAddress.Parse(address)));

    [Fact]
    public void Callers_without_an_address_share_one_count() => Assert.Equal("unknown", ClientNetwork.Of(null));
}
