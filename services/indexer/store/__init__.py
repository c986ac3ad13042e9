"""Where the indexer keeps its records; the only room that knows how the table is laid out.

| pk                     | sk                   | what                                          |
| ---------------------- | -------------------- | --------------------------------------------- |
| DIR#<edition>#<prefix> | /<name>, /<name>/    | an entry of a directory: a file or another    |
| FILE#<edition>         | <object uid>         | what is known of an object                    |
| BESIDE#<edition>#<key> | <object uid>         | an object that is read together with this key |
| ITEM#<edition>         | <item id>            | a STAC item                                   |
| CELL#<family>#<place>  | <newest first>       | an item that is there (store.cells)           |
| HOUSE#<repository>     | -                    | where its items are found together with others |
| UNSETTLED              | <repository>         | a repository whose items are to be moved      |
| HOLDINGS#<edition>     | -                    | what a repository adds up to                  |
| DELTA#<edition>        | <stamp>#<object uid> | a change that the sums do not have yet        |
| GONE#<object uid>      | -                    | the version at which an object was deleted    |
| EDITION#<repository>   | -                    | which edition is read, which is being built   |
| LEASE#<edition>        | -                    | who adds up an edition                        |
| LEASE#mirror-<repository> | -                 | who makes a table of its items                |
| MIRROR#<repository>    | -                    | the table of its items that is told           |
| MIRROR#<repository>#<generation> | <number>   | a part of one (store.mirrors)                 |
| EVT#file-<object uid>  | <version>#<...>      | events (shared.outbox)                        |

An edition is written `<repository uid>.<number>`. Beside them the same table holds the projection
of accounts and repositories (shared.projection).
"""
