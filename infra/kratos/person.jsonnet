// What an OpenID Connect provider says of a person, as an identity of ours. An address that it does
// not call verified is no address: whoever claims another's gets nothing, and registers by a code.
local claims = std.extVar('claims');
local has(name) = name in claims && claims[name] != '';
local proven = has('email') && 'email_verified' in claims && claims.email_verified == true;

{
  identity: {
    traits: {
      [if proven then 'email']: std.asciiLower(claims.email),
      [if has('name') then 'name']: std.substr(claims.name, 0, 200),
    },
    verified_addresses: if proven then [{ via: 'email', value: claims.email }] else [],
  },
}
