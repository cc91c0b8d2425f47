-- A text indexer: documents to words, an inverted index, queries and a ranking.
local function make_words()
  local syllables = {"ka", "lo", "mi", "ren", "tus", "va", "bel", "dor", "sin", "qua"}
  local words = {}
  for _, a in ipairs(syllables) do
    for _, b in ipairs(syllables) do
      words[#words + 1] = a .. b
      words[#words + 1] = b .. a .. "na"
    end
  end
  return words
end

local function make_document(words, seed)
  local pieces = {}
  for i = 1, 60 do
    seed = seed * 16807 % 2147483647
    local spread = seed % #words + 1
    local word = words[seed % spread + 1]
    if i % 9 == 0 then word = word .. "," end
    if i % 15 == 0 then word = word:upper() .. "." end
    pieces[i] = word
  end
  return table.concat(pieces, " ")
end

local function stripped(word)
  local last = word:sub(-1)
  if last == "," or last == "." then return word:sub(1, -2) end
  return word
end

-- index: word -> {document = occurrences}
local function add_document(index, id, text)
  for piece in text:gmatch("[^ ]+") do
    local word = stripped(piece):lower()
    local entry = index[word]
    if not entry then
      entry = {}
      index[word] = entry
    end
    entry[id] = (entry[id] or 0) + 1
  end
end

-- Documents that contain both words, scored by occurrences.
local function score_both(index, first, second)
  local a, b = index[first], index[second]
  if not a or not b then return 0 end
  local score = 0
  for id, count in pairs(a) do
    if b[id] then score = score + count * b[id] * (id % 10 + 1) end
  end
  return score
end

local function run(size)
  local words = make_words()
  local index = {}
  for id = 1, size do
    add_document(index, id, make_document(words, id * 7919))
  end
  local total = 0
  for i = 1, #words - 1 do
    total = total + score_both(index, words[i], words[i + 1])
  end
  local ranking = {}
  for word, entry in pairs(index) do
    local count = 0
    for _, n in pairs(entry) do
      count = count + n
    end
    ranking[#ranking + 1] = {word = word, count = count}
  end
  table.sort(ranking, function(a, b) return a.word < b.word end)
  for place, entry in ipairs(ranking) do
    total = total + place * entry.count * #entry.word
  end
  return total
end

local function main(iters, size)
  local checksum
  for k = 1, iters do
    local started = os.clock()
    local result = run(size)
    local elapsed = os.clock() - started
    print(string.format("iter %d %.6f", k, elapsed))
    if checksum and result ~= checksum then
      error(string.format("checksum changed from %.0f to %.0f", checksum, result))
    end
    checksum = result
  end
  print(string.format("checksum %.0f", checksum))
end

main(tonumber(arg[1]) or 10, tonumber(arg[2]) or 2200)
