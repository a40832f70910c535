using System.Globalization;
using System.Text;

namespace Cortex.IdentityServer.Migrations;

/// <summary>
/// The SQL of the one rule for "the same address", <c>cortex_fold_email</c>: two emails are one account's if and only if they fold to the same text.
/// It ignores case, white space around the address, how letters are composed, and whether a domain is in Unicode or in Punycode.
/// </summary>
/// <remarks>
/// <para>
/// The result doesn't depend on the database's locale or on ICU, and on the version of PostgreSQL only for letters that Unicode 14 lacks, which a newer version
/// may compose: its indexes are rebuilt after <c>pg_upgrade</c> (docs/databases.md). Case is folded by a table of our own:
/// Unicode 16's simple case folding (statuses C and S of CaseFolding.txt), but nothing folds into ASCII. A final sigma equals a sigma. U+1E9E equals &#xDF;,
/// which never equals "ss", as those are two mailboxes. The function calls only built-in functions, so it works with an empty search_path, while a dump is
/// restored, and for every role.
/// </para>
/// <para>
/// To find rows that share an address before anything is migrated, create <c>pg_temp.cortex_fold_email</c> by <see cref="CreateFunction"/> and ask:
/// <code>
/// SELECT string_agg(id::text, ' and ' ORDER BY created_at, id) FROM users
/// GROUP BY pg_temp.cortex_fold_email(email::text) COLLATE "C" HAVING count(*) > 1
/// </code>
/// The migration takes such rows as they are (<see cref="EmailUniqueness"/>). Rows that differ in Punycode stay usable, each by its exact spelling; leave
/// them out by grouping by <c>email LIKE '%@%xn--%'</c> as well.
/// </para>
/// </remarks>
internal static class EmailFolding
{
    /// <summary>
    /// Letters, in hexadecimal, and how far each is from what it folds to: <c>first:offset</c>, <c>first-last:offset</c>, or <c>first/last:offset</c> for every
    /// second one. Those that NFC replaces anyway are left out.
    /// </summary>
    private const string Pairs = """
        B5:+775 C0-D6:+32 D8-DE:+32 100/12E:+1 132/136:+1 139/147:+1 14A/176:+1 178:-121 179/17D:+1 181:+210 182/184:+1 186:+206 187:+1 189-18A:+205 18B:+1
        18E:+79 18F:+202 190:+203 191:+1 193:+205 194:+207 196:+211 197:+209 198:+1 19C:+211 19D:+213 19F:+214 1A0/1A4:+1 1A6:+218 1A7:+1 1A9:+218 1AC:+1
        1AE:+218 1AF:+1 1B1-1B2:+217 1B3/1B5:+1 1B7:+219 1B8:+1 1BC:+1 1C4:+2 1C5:+1 1C7:+2 1C8:+1 1CA:+2 1CB/1DB:+1 1DE/1EE:+1 1F1:+2 1F2/1F4:+1 1F6:-97
        1F7:-56 1F8/21E:+1 220:-130 222/232:+1 23A:+10795 23B:+1 23D:-163 23E:+10792 241:+1 243:-195 244:+69 245:+71 246/24E:+1 370/372:+1 376:+1 37F:+116
        386:+38 388-38A:+37 38C:+64 38E-38F:+63 391-3A1:+32 3A3-3AB:+32 3C2:+1 3CF:+8 3D0:-30 3D1:-25 3D5:-15 3D6:-22 3D8/3EE:+1 3F0:-54 3F1:-48 3F4:-60
        3F5:-64 3F7:+1 3F9:-7 3FA:+1 3FD-3FF:-130 400-40F:+80 410-42F:+32 460/480:+1 48A/4BE:+1 4C0:+15 4C1/4CD:+1 4D0/52E:+1 531-556:+48 10A0-10C5:+7264
        10C7:+7264 10CD:+7264 13F8-13FD:-8 1C80:-6222 1C81:-6221 1C82:-6212 1C83-1C84:-6210 1C85:-6211 1C86:-6204 1C87:-6180 1C88:+35267 1C89:+1
        1C90-1CBA:-3008 1CBD-1CBF:-3008 1E00/1E94:+1 1E9B:-58 1E9E:-7615 1EA0/1EFE:+1 1F08-1F0F:-8 1F18-1F1D:-8 1F28-1F2F:-8 1F38-1F3F:-8 1F48-1F4D:-8
        1F59/1F5F:-8 1F68-1F6F:-8 1F88-1F8F:-8 1F98-1F9F:-8 1FA8-1FAF:-8 1FB8-1FB9:-8 1FBA:-74 1FBC:-9 1FC8/1FCA:-86 1FCC:-9 1FD8-1FD9:-8 1FDA:-100
        1FE8-1FE9:-8 1FEA:-112 1FEC:-7 1FF8:-128 1FFA:-126 1FFC:-9 2132:+28 2160-216F:+16 2183:+1 24B6-24CF:+26 2C00-2C2F:+48 2C60:+1 2C62:-10743
        2C63:-3814 2C64:-10727 2C67/2C6B:+1 2C6D:-10780 2C6E:-10749 2C6F:-10783 2C70:-10782 2C72:+1 2C75:+1 2C7E-2C7F:-10815 2C80/2CE2:+1 2CEB/2CED:+1
        2CF2:+1 A640/A66C:+1 A680/A69A:+1 A722/A72E:+1 A732/A76E:+1 A779/A77B:+1 A77D:-35332 A77E/A786:+1 A78B:+1 A78D:-42280 A790/A792:+1 A796/A7A8:+1
        A7AA:-42308 A7AB:-42319 A7AC:-42315 A7AD:-42305 A7AE:-42308 A7B0:-42258 A7B1:-42282 A7B2:-42261 A7B3:+928 A7B4/A7C2:+1 A7C4:-48 A7C5:-42307
        A7C6:-35384 A7C7/A7C9:+1 A7CB:-42343 A7CC:+1 A7D0:+1 A7D6/A7DA:+1 A7DC:-42561 A7F5:+1 AB70-ABBF:-38864 FF21-FF3A:+32 10400-10427:+40
        104B0-104D3:+40 10570-1057A:+39 1057C-1058A:+39 1058C-10592:+39 10594-10595:+39 10C80-10CB2:+64 10D50-10D65:+32 118A0-118BF:+32
        16E40-16E5F:+32 1E900-1E921:+34
        """;

    /// <summary>Unicode's White_Space, and two invisible characters that come along when an address is copied.</summary>
    private const string WhiteSpace =
        @"\t\n\u000B\f\r \u0085\u00A0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200A\u2028\u2029\u202F\u205F\u3000\u200B\uFEFF";

    private static readonly (string From, string To) Letters = Expand(Pairs);

    /// <summary>The function, in the schema that the name says; in the current one if it is only a name.</summary>
    public static string CreateFunction(string name = "cortex_fold_email") => $"""
        CREATE OR REPLACE FUNCTION {name}(email text) RETURNS text
        LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $fold$
        DECLARE
            -- Its own collation, as one of the column's might fold or compare in a way of its own.
            folded text COLLATE "C" := lower(btrim(email, E'{WhiteSpace}') COLLATE "C");
            labels text[];
            label text COLLATE "C";
            coded text COLLATE "C";
            code integer;
            points integer;
            at integer;
            before integer;
            weight bigint;
            digit integer;
            threshold integer;
            bias integer;
        BEGIN
            IF octet_length(folded) <> char_length(folded) THEN
                -- Composed before, as the table has composed letters only (and the Kelvin sign becomes a K), and after, as some small letters have a
                -- composed form that their capitals lack.
                folded := normalize(translate(replace(lower(normalize(folded, NFC) COLLATE "C"), E'\u0130', E'i\u0307'),
                    '{Letters.From}',
                    '{Letters.To}'), NFC);
            END IF;
            IF strpos(folded, 'xn--') = 0 OR strpos(folded, '@') = 0 THEN
                RETURN folded;
            END IF;

            -- Punycode (RFC 3492), label by label; what isn't the code of a folded label stays as it is.
            labels := string_to_array(substr(folded, char_length(folded) - strpos(reverse(folded), '@') + 2), '.');
            FOR place IN 1 .. coalesce(array_length(labels, 1), 0) LOOP
                CONTINUE WHEN labels[place] IS NULL OR NOT starts_with(labels[place], 'xn--') OR char_length(labels[place]) > 63
                    OR octet_length(labels[place]) <> char_length(labels[place]);
                coded := substr(labels[place], 5);
                label := '';
                IF strpos(coded, '-') > 0 THEN
                    label := left(coded, char_length(coded) - strpos(reverse(coded), '-'));
                    coded := right(coded, strpos(reverse(coded), '-') - 1);
                END IF;
                code := 128;
                at := 0;
                bias := 72;
                <<letters>>
                WHILE coded <> '' LOOP
                    before := at;
                    weight := 1;
                    FOR k IN 1 .. 64 LOOP
                        digit := strpos('abcdefghijklmnopqrstuvwxyz0123456789', left(coded, 1)) - 1;
                        EXIT letters WHEN coded = '' OR digit < 0 OR at + digit * weight > 100000000;
                        coded := substr(coded, 2);
                        at := at + digit * weight;
                        threshold := least(greatest(36 * k - bias, 1), 26);
                        EXIT WHEN digit < threshold;
                        weight := least(weight * (36 - threshold), 200000000);
                    END LOOP;

                    points := char_length(label) + 1;
                    bias := (at - before) / CASE WHEN before = 0 THEN 700 ELSE 2 END;
                    bias := bias + bias / points;
                    threshold := 0;
                    WHILE bias > 455 LOOP
                        bias := bias / 35;
                        threshold := threshold + 36;
                    END LOOP;
                    bias := threshold + 36 * bias / (bias + 38);

                    code := code + at / points;
                    at := at % points;
                    EXIT WHEN code < 160 OR code > 1114111 OR code BETWEEN 55296 AND 57343;
                    label := left(label, at) || chr(code) || substr(label, at + 1);
                    at := at + 1;
                    IF coded = '' THEN
                        -- A final sigma is the one letter that a domain may hold and that folds to another.
                        label := replace(label, E'\u03C2', E'\u03C3');
                        IF label IS NFC NORMALIZED AND label = translate(label, E'\u0130{Letters.From}', 'I{Letters.To}') THEN
                            labels[place] := label;
                        END IF;
                    END IF;
                END LOOP;
            END LOOP;
            RETURN left(folded, char_length(folded) - strpos(reverse(folded), '@') + 1) || array_to_string(labels, '.');
        END $fold$;
        GRANT EXECUTE ON FUNCTION {name}(text) TO PUBLIC;
        """;

    private static (string From, string To) Expand(string pairs)
    {
        var from = new StringBuilder();
        var to = new StringBuilder();
        foreach (var pair in pairs.Split([' ', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries))
        {
            var range = pair[..pair.IndexOf(':', StringComparison.Ordinal)].Split('-', '/');
            var offset = int.Parse(pair[(pair.IndexOf(':', StringComparison.Ordinal) + 1)..], CultureInfo.InvariantCulture);
            for (var code = Hex(range[0]); code <= Hex(range[^1]); code += pair.Contains('/', StringComparison.Ordinal) ? 2 : 1)
            {
                from.Append(new Rune(code));
                to.Append(new Rune(code + offset));
            }
        }

        return (from.ToString(), to.ToString());
    }

    private static int Hex(string text) => int.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
