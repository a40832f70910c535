using System.Globalization;
using System.Text;
using Cortex.IdentityServer.Migrations;
using Cortex.IdentityServer.Tests.Infrastructure;
using Npgsql;

namespace Cortex.IdentityServer.Tests.Accounts;

/// <remarks>Compares the database's rule for "the same address" with .NET's Unicode tables, in several locales.</remarks>
public sealed class EmailFoldingTests(PostgresCluster cluster)
{
    private static readonly IdnMapping Idn = new() { UseStd3AsciiRules = true };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("a@bücher.example", "a@xn--bcher-kva.example")]
    [InlineData("a@bücher.example", "A@XN--BCHER-KVA.Example")]
    [InlineData("a@bücher.example", "a@BÜCHER.example")]
    [InlineData("a@bücher.example", "a@bu\u0308cher.example")]
    [InlineData("a@例え.テスト", "a@xn--r8jz45g.xn--zckzah")]
    [InlineData("a@straße.example", "a@xn--strae-oqa.example")]
    [InlineData("a@νίκος.example", "a@xn--kxawhkp.example")]
    [InlineData("a@mail.bücher.example", "a@mail.xn--bcher-kva.example")]
    [InlineData("νίκος@example.com", "ΝΊΚΟΣ@example.com")]
    [InlineData("νίκοσ@example.com", "νίκος@example.com")]
    [InlineData("groß@example.com", "GROẞ@example.com")]
    [InlineData("jörg@example.com", "JÖRG@example.com")]
    [InlineData("jörg@example.com", "jo\u0308rg@example.com")]
    [InlineData("ǰ@example.com", "J\u030C@example.com")]
    [InlineData("info@example.com", " \t\r\nINFO@example.com\u00A0\u3000\n")]
    [InlineData("info@example.com", "\uFEFFinfo@example.com\u200B")]
    [InlineData("İnfo@example.com", "i\u0307nfo@example.com")]
    [InlineData("𐐀@example.com", "𐐨@example.com")]
    public async Task These_are_the_same_address(string one, string other) => Assert.Equal(await FoldAsync(one), await FoldAsync(other));

    [Theory]
    [InlineData("groß@example.com", "gross@example.com")]
    [InlineData("info@example.com", "ınfo@example.com")]
    [InlineData("info@example.com", "İnfo@example.com")]
    [InlineData("steve@example.com", "ſteve@example.com")]
    [InlineData("a@bücher.example", "a@bucher.example")]
    [InlineData("a@xn--bcher-kva.example", "a@xn--bcher-kvb.example")]
    [InlineData("xn--bcher-kva@example.com", "bücher@example.com")]
    [InlineData("ada@example.com", "ada@ example.com")]
    [InlineData("a\u00A0da@example.com", "ada@example.com")]
    public async Task These_are_different_addresses(string one, string other) => Assert.NotEqual(await FoldAsync(one), await FoldAsync(other));

    /// <remarks>A label that isn't the Punycode of a folded label is a different domain. Decoding it could make it equal to another user's address.</remarks>
    [Theory]
    [InlineData("xn--")]
    [InlineData("xn---")]
    [InlineData("xn--a")]
    [InlineData("xn--abc-")]
    [InlineData("xn--99999999")]
    [InlineData("xn--999999999999999999999999999999999999999999999999999999999")]
    [InlineData("xn--bcher-2pa")]
    [InlineData("xn--bcher-kva_")]
    [InlineData("xn--bücher")]
    [InlineData("xn--bcher-kva-xn--")]
    public async Task An_invalid_Punycode_label_is_left_unchanged(string label) => Assert.Equal($"a@{label}.example", await FoldAsync($"a@{label}.example"));

    [Theory]
    [InlineData("")]
    [InlineData("xn--bcher-kva")]
    [InlineData("@xn--bcher-kva")]
    [InlineData("a@xn--bcher-kva@b")]
    [InlineData("@")]
    [InlineData("a@..xn--")]
    public async Task Text_that_is_not_an_address_is_folded_without_an_error(string text) => Assert.NotNull(await FoldAsync(text));

    /// <remarks>
    /// Covers every letter that has an uppercase or lowercase form, and one in ten of all other characters. Both forms fold to the same text, and only ASCII
    /// folds to ASCII.
    /// </remarks>
    [Fact]
    public async Task Every_letter_folds_as_Unicode_defines()
    {
        var cased = Runes(rune => rune != Rune.ToUpperInvariant(rune) || rune != Rune.ToLowerInvariant(rune));
        var others = Runes(
            rune => rune.Value % 10 == 0 && rune == Rune.ToUpperInvariant(rune) && rune == Rune.ToLowerInvariant(rune) && !IsFromUnicode16(rune));
        var folded = await FoldAllAsync(cased.Select(ToAddress));
        var uppercase = await FoldAllAsync(cased.Select(rune => ToAddress(Rune.ToUpperInvariant(rune))));
        var lowercase = await FoldAllAsync(cased.Select(rune => ToAddress(Rune.ToLowerInvariant(rune))));

        Assert.True(cased.Count > 2700, $"Only {cased.Count} letters");
        Assert.Equal(folded, await FoldAllAsync(folded));
        for (var index = 0; index < cased.Count; index++)
        {
            // The letters i and s each have a second lowercase form, which is a different letter, and U+0345 is a mark.
            var rune = cased[index];
            Assert.True(
                folded[index] == uppercase[index] || rune.Value is 0x131 or 0x17F or 0x345,
                $"U+{rune.Value:X4} and its uppercase form fold to {folded[index]} and {uppercase[index]}");
            Assert.True(
                folded[index] == lowercase[index] || rune.Value == 0x130,
                $"U+{rune.Value:X4} and its lowercase form fold to {folded[index]} and {lowercase[index]}");
            Assert.True(folded[index].Any(letter => letter > 0x7F) || rune.IsAscii || !rune.ToString().IsNormalized(), $"U+{rune.Value:X4} folds into ASCII");
        }

        Assert.Equal(others.Select(rune => ToAddress(rune).Normalize()), await FoldAllAsync(others.Select(ToAddress)));
    }

    /// <remarks>Compares with .NET's own Punycode for labels with letters of every script, alone and among others.</remarks>
    [Fact]
    public async Task Punycode_is_decoded_as_IDNA_encodes_it()
    {
        var labels = Enumerable.Range(0xE0, 0x2FFFF).Where(Rune.IsValid).Select(code => new Rune(code))
            .Where(rune => Rune.IsLetter(rune) && rune.ToString().IsNormalized(NormalizationForm.FormKC) && Rune.ToLowerInvariant(rune) == rune)
            .Where((_, index) => index % 41 == 0)
            .SelectMany(rune => new[] { $"{rune}", $"a{rune}b", $"{rune}{rune}9-{rune}x", $"{rune}ö{rune}" });
        var pairs = new List<(string Coded, string Label)>();
        foreach (var label in labels)
        {
            try
            {
                var coded = Idn.GetAscii(label);
                if (coded.StartsWith("xn--", StringComparison.Ordinal) && Idn.GetUnicode(coded) == label)
                {
                    pairs.Add((coded, label));
                }
            }
            catch (ArgumentException)
            {
                // The label is invalid: it mixes directions, or IDNA doesn't know a letter.
            }
        }

        Assert.True(pairs.Count > 2000, $"Only {pairs.Count} labels");
        Assert.Equal(await FoldAllAsync(pairs.Select(pair => $"a@{pair.Label}.example")), await FoldAllAsync(pairs.Select(pair => $"a@{pair.Coded}.example")));
    }

    /// <remarks>Includes <c>--locale=C</c> and ICU's Turkish, whose lowercase I has no dot.</remarks>
    [Theory]
    [InlineData("LOCALE_PROVIDER libc LOCALE 'C'")]
    [InlineData("LOCALE_PROVIDER icu ICU_LOCALE 'tr-TR' LOCALE 'C'")]
    [InlineData("LOCALE_PROVIDER icu ICU_LOCALE 'und' LOCALE 'C.UTF-8'")]
    public async Task Folding_does_not_depend_on_the_locale_of_the_database(string locale)
    {
        string[] emails =
        [
            "INFO@example.com", "İ@example.com", "ı@example.com", "JÖRG@example.com", "ΝΊΚΟΣ@example.com", "GROẞ@example.com",
            "a@XN--BCHER-KVA.example", "ÅÉÎ@ÖÄ.example",
        ];
        var expected = await FoldAllAsync(emails);

        var database = await cluster.CreateDatabaseAsync(locale);
        await PostgresCluster.MigrateAsync(database);

        Assert.Equal(expected, await FoldAllAsync(emails, database));
    }

    [Fact]
    public async Task The_function_can_be_created_for_an_inspection_before_the_migration()
    {
        await using var connection = new NpgsqlConnection(await cluster.CreateDatabaseAsync(migrated: false));
        await connection.OpenAsync(Cancel);
        await using (var create = new NpgsqlCommand(EmailFolding.CreateFunction("pg_temp.cortex_fold_email"), connection))
        {
            await create.ExecuteNonQueryAsync(Cancel);
        }

        await using var fold = new NpgsqlCommand("SELECT pg_temp.cortex_fold_email(' A@XN--BCHER-KVA.example')", connection);

        Assert.Equal("a@bücher.example", await fold.ExecuteScalarAsync(Cancel));
    }

    /// <summary>Whether Unicode 16 added this uppercase letter, whose lowercase form .NET doesn't know.</summary>
    private static bool IsFromUnicode16(Rune rune) => rune.Value is 0x1C89 or (>= 0xA7CB and <= 0xA7DC) or (>= 0x10D50 and <= 0x10D65);

    private static List<Rune> Runes(Func<Rune, bool> isIncluded) => [.. Enumerable.Range(1, 0x10FFFF).Where(Rune.IsValid).Select(code => new Rune(code))
        .Where(rune => Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.OtherNotAssigned or UnicodeCategory.PrivateUse) && isIncluded(rune))];

    /// <summary>Puts a letter inside an address, where it isn't trimmed.</summary>
    private static string ToAddress(Rune rune) => $"1{rune}1@b.c";

    private async Task<string> FoldAsync(string email) => (await FoldAllAsync([email])).Single();

    private async Task<string[]> FoldAllAsync(IEnumerable<string> emails, string? database = null)
    {
        await using var connection = new NpgsqlConnection(database ?? await DatabaseAsync(cluster));
        await connection.OpenAsync(Cancel);

        // The function is qualified, as for programs with an empty search_path, such as pg_dump and logical replication.
        await using var command = new NpgsqlCommand(
            "SELECT array_agg(public.cortex_fold_email(email) ORDER BY place) FROM unnest($1) WITH ORDINALITY AS typed (email, place)", connection)
        {
            CommandTimeout = 0,
            Parameters = { new() { Value = emails.ToArray() } },
        };
        return (string[])(await command.ExecuteScalarAsync(Cancel))!;
    }

    private static Task<string> DatabaseAsync(PostgresCluster cluster) => Database ??= cluster.CreateDatabaseAsync();

    private static Task<string>? Database { get; set; }
}
